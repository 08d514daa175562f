"""100,000 movements in one go: through our bulk path, and through Django's own, which triggers nothing."""

import random
from decimal import Decimal

from django.db import connection, models

from benchmarks import dados
from benchmarks.medida import Divergencia, Porte, Relatorio, cronometrar
from projecao import recalculo
from projecao.conf import hoje
from projecao.models import EstoqueAtual, MovimentacaoEstoque

LOTE = 2_000
"""Rows a statement, for both; more is no faster."""
MARCA = "bench-importacao"


def medir(relatorio: Relatorio, porte: Porte) -> None:
    produtos, linhas = porte.produtos, porte.importadas
    relatorio.titulo(f"{linhas:,} movements of {produtos} products in bulk (s)")
    antes = _saldo()
    puras = novas(produtos, linhas)
    puro = cronometrar(lambda: models.QuerySet(MovimentacaoEstoque).bulk_create(puras, LOTE))
    relatorio.mostrar("Django's plain bulk_create", f"{puro:.2f}")
    _desfazer()
    nossas = novas(produtos, linhas)
    nosso = cronometrar(lambda: MovimentacaoEstoque.objects.bulk_create(nossas, LOTE))
    relatorio.mostrar("ours: the same rows, stock, and marks", f"{nosso:.2f}")
    esperado = antes + sum(nova.qtd_movimentacao for nova in nossas)
    if _saldo() != esperado:
        raise Divergencia(f"stock is {_saldo()} after the import, and not {esperado}")
    if MovimentacaoEstoque.objects.filter(observacao=MARCA).count() != linhas:
        raise Divergencia("rows of the import are missing")
    MovimentacaoEstoque.objects.filter(observacao=MARCA).delete()
    if _saldo() != antes:
        raise Divergencia("deleting what was imported did not bring stock back")
    recalculo.drenar()
    relatorio.anotar("importacao_vs_bulk_create", nosso / puro)


def novas(produtos: int, linhas: int) -> list[MovimentacaoEstoque]:
    acaso, dia = random.Random(linhas), hoje()
    return [
        MovimentacaoEstoque(
            cod_produto=dados.codigo(acaso.randrange(produtos)),
            nome_produto="PRODUTO IMPORTADO",
            data_movimentacao=dia,
            tipo_movimentacao="AJUSTE",
            local_movimentacao="CD",
            qtd_movimentacao=Decimal(acaso.randrange(-50_000, 50_000)) / 1000,
            observacao=MARCA,
        )
        for _ in range(linhas)
    ]


def _saldo() -> Decimal:
    return EstoqueAtual.objects.aggregate(soma=models.Sum("estoque"))["soma"]


def _desfazer() -> None:
    """Of the plain rows nothing knows."""
    models.QuerySet(MovimentacaoEstoque).filter(observacao=MARCA)._raw_delete("default")
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM {MovimentacaoEstoque._meta.db_table}")
