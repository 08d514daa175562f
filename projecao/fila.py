"""The durable queue, and the bell: the one door through which every change asks for a recalculation.

    marcar      append marks, in the transaction of the change
    (commit)    drop the products from the memory tier, ring the bell
    tomar       a worker takes marks, and deletes exactly those in the transaction of the result

A mark is a row of its own, so nobody waits for anybody; a boolean on the product would be lost when the
product changes again while it is being computed.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Count, Max, Min, Q
from django.utils import timezone
from django_q.tasks import async_task

from projecao import copia
from projecao.banco import em_lotes, existe
from projecao.conf import ajustes
from projecao.memoria import cache_memoria
from projecao.models import EstadoInterno, RecalculoPendente

TAREFA = "projecao.tasks.processar_recalculos_pendentes"
CAMPOS = ("cod_produto", "motivo", "criado_em", "tentativas", "erro")
SINO_ESQUECIDO = timedelta(seconds=60)
"""A bell that nobody answered for so long was lost, and rings again."""


def marcar(cods: Iterable[str], motivo: str) -> None:
    """Mark products (any of their codes) for recalculation: it commits or rolls back with its cause."""
    cods = sorted(set(cods))
    if not cods:
        return
    with transaction.atomic(savepoint=False):
        agora = timezone.now()
        copia.acrescentar(RecalculoPendente, CAMPOS, [(cod, motivo, agora, 0, "") for cod in cods])
        ao_confirmar(cods)


def ao_confirmar(cods: Iterable[str]) -> None:
    """Once per transaction, after its commit: forget these products and ring."""
    tocados = _tocados_da_transacao()
    tocados.update(cods)
    # A savepoint that rolls back takes its callbacks with it, so each mark registers one; the first that
    # runs speaks for all, and a product that was rolled back is forgotten for nothing, which harms nobody.
    transaction.on_commit(lambda: _anunciar(tocados), robust=True)


def _tocados_da_transacao() -> set[str]:
    if not hasattr(connection, "projecao_tocados"):
        connection.projecao_tocados = set()
    return connection.projecao_tocados


def _anunciar(tocados: set[str]) -> None:
    if tocados:
        cods = set(tocados)
        tocados.clear()
        cache_memoria.esquecer(cods)
        tocar()


def preparar(**kwargs) -> None:
    """After each `migrate`: the rows that `tocar` and others update exist, and memory begins anew."""
    if not existe(EstadoInterno):  # when migrating backwards
        return
    EstadoInterno.objects.bulk_create(
        [EstadoInterno(nome=nome) for nome in EstadoInterno.Nome.values], ignore_conflicts=True
    )
    cache_memoria.recomecar()


TOCAR = "UPDATE projecao_estadointerno SET valor = 1, em = %s WHERE nome = %s AND (valor = 0 OR em < %s OR em > %s)"
"""By hand: every save asks it, and Django would build the statement anew each time, longer than it runs."""


def tocar() -> None:
    """Ask a worker to drain the queue, unless one has been asked and has not begun yet (single flight)."""
    agora = timezone.now()
    em, limite = (connection.ops.adapt_datetimefield_value(quando) for quando in (agora, agora - SINO_ESQUECIDO))
    # One statement decides between processes: a second one that comes now finds nothing to update.
    # One of the future was rung before the clock was set back, and the broker hides it until that time comes again.
    with connection.cursor() as cursor:
        cursor.execute(TOCAR, [em, EstadoInterno.Nome.SINO.value, limite, em])
        livre = cursor.rowcount == 1
    if livre:
        async_task(TAREFA)


def atender() -> None:
    """A drain begins. Whoever commits from here on rings again, since this drain may have read past it."""
    EstadoInterno.objects.filter(nome=EstadoInterno.Nome.SINO).update(valor=0)


class Marca(NamedTuple):
    id: int
    cod_produto: str
    criado_em: datetime


def tomar(limite: int) -> list[Marca]:
    """The oldest marks, theirs to delete who holds this transaction; other workers pass over them."""
    return _travadas(_prontas().order_by("id")[:limite])


def _prontas():
    return RecalculoPendente.objects.filter(Q(disponivel_em=None) | Q(disponivel_em__lte=timezone.now()))


def tomar_de(cods: Iterable[str]) -> list[Marca]:
    """The marks of these codes that no other worker holds."""
    return _travadas(RecalculoPendente.objects.filter(cod_produto__in=list(cods)).order_by("id"))


def _travadas(marcas) -> list[Marca]:
    return [Marca(*m) for m in marcas.select_for_update(skip_locked=True).values_list(*Marca._fields)]


def concluir(marcas: Iterable[Marca]) -> None:
    """Delete exactly the marks that were read: one that came since stays for the next drain."""
    for lote in em_lotes(marca.id for marca in marcas):
        RecalculoPendente.objects.filter(pk__in=lote).delete()


def adiar(cod: str, lidas: Iterable[Marca], erro: str) -> None:
    """A product that cannot be computed keeps its marks, with the reason, and is tried later and later.

    Only those that the try had read: one that came since may be the mending.
    """
    with transaction.atomic():
        marcas = [
            marca
            for lote in em_lotes(marca.id for marca in lidas)
            for marca in RecalculoPendente.objects.filter(pk__in=lote).select_for_update()
        ]
        if not marcas:
            marcas = [RecalculoPendente.objects.create(cod_produto=cod, motivo="falha")]
        tentativas = max(marca.tentativas for marca in marcas) + 1
        espera = ajustes.NOVA_TENTATIVA_SEGUNDOS * 2 ** min(tentativas - 1, 30)
        depois = timezone.now() + timedelta(seconds=min(espera, ajustes.NOVA_TENTATIVA_MAXIMA_SEGUNDOS))
        for lote in em_lotes(marca.pk for marca in marcas):
            RecalculoPendente.objects.filter(pk__in=lote).update(tentativas=tentativas, erro=erro, disponivel_em=depois)


def adiados():
    """Codes with a mark that waits for its next try, as a subquery."""
    return RecalculoPendente.objects.filter(disponivel_em__gt=timezone.now()).values("cod_produto")


def pendentes(cods: Iterable[str]) -> dict[str, str]:
    """Those of these codes that have a mark → why they could not be computed ("" if nobody failed at them yet)."""
    achadas: dict[str, str] = {}
    marcas = RecalculoPendente.objects.filter(cod_produto__in=list(cods)).order_by("id")
    for cod, erro in marcas.values_list("cod_produto", "erro"):
        achadas[cod] = erro  # the latest mark decides: a change since the failure may have mended it
    return achadas


def espera_desde() -> datetime | None:
    """Since when the longest waiting of the marks that a worker may take has been waiting for one."""
    prontas = _prontas()
    novas = prontas.filter(disponivel_em=None).order_by("id").values_list("criado_em", flat=True)[:1]
    return min([*novas, *filter(None, prontas.aggregate(desde=Min("disponivel_em")).values())], default=None)


class Profundidade(NamedTuple):
    marcas: int
    produtos: int
    com_erro: int
    mais_antiga: datetime | None


def profundidade() -> Profundidade:
    return Profundidade(
        *RecalculoPendente.objects.aggregate(
            marcas=Count("id"),
            produtos=Count("cod_produto", distinct=True),
            com_erro=Count("id", filter=~Q(erro="")),
            mais_antiga=Min("criado_em"),
        ).values()
    )


def por_motivo() -> list[dict]:
    """What waits, by what caused it, oldest first: motivo, marcas, produtos, com_erro, mais_antiga."""
    grupos = RecalculoPendente.objects.order_by().values("motivo")
    contados = grupos.annotate(
        marcas=Count("id"),
        produtos=Count("cod_produto", distinct=True),
        com_erro=Count("id", filter=~Q(erro="")),
        mais_antiga=Min("criado_em"),
    )
    return list(contados.order_by("mais_antiga", "motivo"))


def que_falham(limite: int) -> list[dict]:
    """Products that could not be computed, next try first: cod_produto, erro, tentativas, proxima, desde."""
    com_erro = RecalculoPendente.objects.exclude(erro="").order_by().values("cod_produto")
    contados = com_erro.annotate(
        erro=Max("erro"), tentativas=Max("tentativas"), proxima=Max("disponivel_em"), desde=Min("criado_em")
    )
    return list(contados.order_by("proxima", "cod_produto")[:limite])
