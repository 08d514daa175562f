"""Daily housekeeping: what no reader can ask for any more leaves the tables. Safe to repeat and to interrupt."""

from datetime import timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from projecao import execucoes, historico, importacoes, recalculo, trabalhos, unificacao
from projecao.alertas.webhooks import entregas
from projecao.conf import ajustes, hoje
from projecao.models import EstoqueAtual, EstoqueProjecaoCache, Produto


class Compactacao(NamedTuple):
    projecoes: int
    execucoes: int
    importacoes: int
    trabalhos: int
    dias: int
    """Days of products that are now only in the monthly sums."""


def compactar() -> Compactacao:
    """Settle what yesterday came to, sum up what is older than the daily grain, and remove projections of products
    that nothing mentions any more and the log of old runs, imports and works."""
    historico.apurar()
    entregas.esquecer_antigas(timezone.now() - timedelta(days=ajustes.REGISTRO_DIAS))
    return Compactacao(
        _remover_orfas(),
        execucoes.esquecer_antigas(),
        # Before the works: an import begins before its works end, so none of them leaves it behind.
        importacoes.esquecer_antigas(),
        trabalhos.esquecer_antigos(),
        historico.compactar(),
    )


def _remover_orfas() -> int:
    """A row is an orphan when its product is not registered, has no stock row and no source mentions it."""
    registrados = Produto.objects.values("pk")
    com_estoque = EstoqueAtual.objects.values("pk")
    suspeitas = EstoqueProjecaoCache.objects.exclude(pk__in=registrados).exclude(pk__in=com_estoque)
    removidas = 0
    for cod in list(suspeitas.values_list("pk", flat=True)):
        with transaction.atomic():
            # Locked like a recalculation locks it, so that none stores it while we look.
            if not EstoqueProjecaoCache.objects.select_for_update().filter(pk=cod).exists():
                continue
            familia = unificacao.resolver([cod])
            if not recalculo.calcular(familia.so([familia.canonico[cod]]), hoje())[familia.canonico[cod]].conhecido:
                removidas += EstoqueProjecaoCache.objects.filter(pk=cod).delete()[0]
    return removidas
