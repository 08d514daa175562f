"""The way to an order's workspace: by its number, or by whose it is."""

from datetime import timedelta

from django.core.paginator import Paginator
from django.db.models import Count, Max, Min, Q
from django.http import HttpResponseRedirect
from django.urls import reverse

from carteira.admin.itens import dia_curto
from carteira.fontes import PODE_SAIR
from carteira.models import CarteiraPrincipal, Pedido, PreSeparacaoItem, Separacao
from projecao.admin.pagina import Pagina
from projecao.api import conversores
from projecao.conf import hoje
from projecao.unidades import inteiro

conversores.registrar()  # the admin's addresses are made before the API's, which also calls it

PROXIMOS_DIAS = 7
POR_PAGINA = 50


def endereco(num_pedido: str) -> str:
    return reverse(f"admin:{PODE_SAIR.nome}", args=[num_pedido])


class BuscaDePedidos(Pagina):
    title = "Este pedido pode sair?"
    caminho = "workspace/"
    nome = "carteira_workspace"
    permission_required = PODE_SAIR.permissao
    template_name = "admin/carteira/workspace/busca.html"

    def get(self, request, *args, **kwargs):
        busca = request.GET.get("q", "").replace("\x00", "").strip()
        if busca and _com_numero(busca).exists():
            return HttpResponseRedirect(endereco(busca))
        numeros = _procurados(busca) if busca else _proximos()
        pagina = Paginator(numeros, POR_PAGINA).get_page(request.GET.get("p"))
        return self.render_to_response(
            self.get_context_data(
                busca=busca,
                dias=PROXIMOS_DIAS,
                pagina=pagina,
                total=inteiro(pagina.paginator.count),
                pedidos=_descritos([linha["num_pedido"] for linha in pagina]),
            )
        )


def _conhecidos(filtro: Q, filtro_do_cliente: Q | None = None):
    """Numbers of orders that have a workspace (`workspace.workspace` knows the same ones)."""
    com_cliente = filtro if filtro_do_cliente is None else filtro | filtro_do_cliente
    conjuntos = [
        CarteiraPrincipal.objects.filter(com_cliente, ativo=True),
        Pedido.objects.filter(com_cliente),
        PreSeparacaoItem.objects.a_sair().filter(filtro),
        Separacao.objects.que_cobrem_a_carteira().filter(filtro),
    ]
    primeiro, *outros = (
        conjunto.exclude(num_pedido="").order_by().values("num_pedido").distinct() for conjunto in conjuntos
    )
    return primeiro.union(*outros)


def _com_numero(num_pedido: str):
    return _conhecidos(Q(num_pedido=num_pedido))


def _procurados(busca: str):
    return _conhecidos(Q(num_pedido__icontains=busca), Q(raz_social_red__icontains=busca)).order_by("num_pedido")


def _proximos():
    """Those that leave this week, the first ones first."""
    semana = (hoje(), hoje() + timedelta(days=PROXIMOS_DIAS))
    linhas = CarteiraPrincipal.objects.filter(ativo=True, expedicao__range=semana)
    return linhas.order_by().values("num_pedido").annotate(dia=Min("expedicao")).order_by("dia", "num_pedido")


def _descritos(numeros: list[str]) -> list[dict]:
    """In two queries, whatever their number."""
    das_linhas = CarteiraPrincipal.objects.filter(num_pedido__in=numeros, ativo=True).order_by().values("num_pedido")
    carteira = das_linhas.annotate(
        cliente=Max("raz_social_red"),
        cidade=Max("municipio"),
        uf=Max("estado"),
        itens=Count("id"),
        dia=Min("expedicao"),
    )
    dos_lotes = Pedido.objects.filter(num_pedido__in=numeros).order_by().values("num_pedido")
    lotes = dos_lotes.annotate(
        cliente=Max("raz_social_red"), cidade=Max("nome_cidade"), uf=Max("cod_uf"), dia=Min("expedicao")
    )
    achados = {linha["num_pedido"]: linha for linha in (*lotes, *carteira)}
    return [_descrito(num, achados.get(num, {})) for num in numeros]


def _descrito(num_pedido: str, linha: dict) -> dict:
    return {
        "num_pedido": num_pedido,
        "url": endereco(num_pedido),
        "cliente": linha.get("cliente") or "",
        "local": "/".join(filter(None, (linha.get("cidade"), linha.get("uf")))),
        "itens": inteiro(linha["itens"]) if "itens" in linha else "–",
        "expedicao": dia_curto(linha.get("dia"), "sem data"),
    }
