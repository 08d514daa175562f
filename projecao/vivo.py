"""Whether what a page shows is still so: a token that changes whenever it may not be, in three cheap queries at most.

A page carries the token of its numbers, which its script (estoque_site/vivo.js) compares with that of now; once
they differ it fetches the page again and puts the new numbers in their place. For a page of one's own:

1. the view adds `"vivo": vivo.regiao(...)` to its context: of these products, or of the whole portfolio. Called
   **before** the numbers are read, or with them inside one `banco.leitura_consistente()`: a token that is newer than
   its numbers hides a change for ever, one that is older costs a second look. A `Pagina` answers it in `acompanhar`;
2. the template says `{% include "admin/vivo.html" %}` once, outside of what is replaced (a `Pagina`'s already does);
3. what shows numbers stands in elements with an `id` and `data-vivo-parte`. With `vivo.avisar`, as lists with
   checkboxes have, nothing is replaced: the line says that there are new numbers, and links to them.
"""

from collections.abc import Iterable
from hashlib import blake2b
from urllib.parse import urlencode

from django.db.models import Count, Max, Min, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from projecao import execucoes, unificacao
from projecao.banco import em_lotes
from projecao.conf import hoje
from projecao.models import EstoqueProjecaoCache, RecalculoPendente

PERMISSAO = "projecao.view_estoqueprojecaocache"
"""Of who may ask for tokens: others are given none."""
MARCAS = {"quantas": Count("id"), "ultima": Max("id"), "primeira": Min("id"), "tentativas": Sum("tentativas")}
"""No mark comes, goes or fails without changing one of these."""
ENDERECO_MAXIMO = 3000
"""gunicorn refuses a request line of more than 4,094 bytes."""
SEGUNDOS_DE_PRODUTOS, SEGUNDOS_DA_CARTEIRA = 3, 10


def de_produtos(cods: Iterable[str]) -> str:
    """The token of these products (any of their codes). Three queries for up to thousands of them."""
    # A NUL is in an address at most: no database holds one, and PostgreSQL refuses to look for it.
    familias = unificacao.resolver(cod for cod in cods if "\0" not in cod)
    # First the marks: of a product that is recomputed meanwhile, the row then is new, and so is the token.
    marcas = [
        marca
        for lote in em_lotes(familias.canonico)
        for marca in RecalculoPendente.objects.filter(cod_produto__in=lote)
        .order_by()
        .values_list("cod_produto")
        .annotate(**MARCAS)
    ]
    linhas = [
        linha
        for lote in em_lotes(familias.codigos)
        for linha in EstoqueProjecaoCache.objects.filter(pk__in=lote).values_list(
            "pk", "versao", "data_base", "data_calculo"
        )
    ]
    return _resumir(hoje(), sorted(familias.codigos.items()), sorted(marcas), sorted(linhas))


def da_carteira() -> str:
    """The token of all products: the queue, and the last recalculation. Two queries, by index but for the marks."""
    marcas = RecalculoPendente.objects.aggregate(**MARCAS)
    return _resumir(hoje(), marcas, EstoqueProjecaoCache.objects.aggregate(Max("data_calculo")))


def da_maquina() -> str:
    """The token of the jobs' last runs too: it also changes on a quiet system, with each sweep."""
    execucoes_ = sorted((nome, execucao.pk, execucao.inicio) for nome, execucao in execucoes.ultimas().items())
    return _resumir(da_carteira(), execucoes_)


def token(cods: Iterable[str] = (), maquina: bool = False) -> str:
    if maquina:
        return da_maquina()
    cods = list(cods)
    return de_produtos(cods) if cods else da_carteira()


def regiao(cods: Iterable[str] = (), maquina: bool = False, avisar: bool = False) -> dict:
    """What `admin/vivo.html` shows. So many products that they fit no address follow the whole portfolio instead,
    which changes whenever they do."""
    cods = list(dict.fromkeys(cods))
    consulta = urlencode({"maquina": 1} if maquina else [("produto", cod) for cod in cods])
    if len(consulta) > ENDERECO_MAXIMO:
        cods, consulta = [], ""
    agora = timezone.localtime()
    return {
        "token": token(cods, maquina),
        "url": reverse("admin:projecao_vivo") + (f"?{consulta}" if consulta else ""),
        "segundos": SEGUNDOS_DE_PRODUTOS if cods else SEGUNDOS_DA_CARTEIRA,
        "momento": date_format(agora, "d/m/Y H:i:s"),
        "hora": date_format(agora, "H:i"),
        "avisar": avisar,
    }


def _resumir(*partes) -> str:
    return blake2b(repr(partes).encode(), digest_size=12).hexdigest()
