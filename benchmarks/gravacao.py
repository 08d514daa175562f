"""One movement saved, with stock, mark, memory tier and bell; against the INSERT and commit of the same row."""

import random
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone
from django_q.models import OrmQ

from benchmarks import dados
from benchmarks.medida import Divergencia, Porte, Relatorio, cronometrar, mediana
from projecao import fila, recalculo
from projecao.conf import hoje
from projecao.models import EstoqueAtual, MovimentacaoEstoque, RecalculoPendente

COLUNAS = (
    *("cod_produto", "nome_produto", "data_movimentacao", "tipo_movimentacao", "local_movimentacao"),
    *("qtd_movimentacao", "observacao", "ativo", "criado_em", "atualizado_em"),
)
INSERT = f"""INSERT INTO {MovimentacaoEstoque._meta.db_table} ({", ".join(COLUNAS)})
    VALUES ({", ".join(["%s"] * len(COLUNAS))}) RETURNING id"""


def medir(relatorio: Relatorio, porte: Porte) -> None:
    relatorio.titulo("One movement saved (ms, median)")
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        relatorio.mostrar("fsync, synchronous_commit of this server", f"{cursor.fetchone()[0]}")
    acaso = random.Random(2)
    cods = [dados.codigo(acaso.randrange(porte.produtos)) for _ in range(porte.gravacoes)]
    antes = dict(EstoqueAtual.objects.filter(pk__in=cods).values_list("pk", "estoque"))
    nus, nossos, tocando = [], [], []
    for cod in cods:  # they take turns, so that a busy moment of the machine hits all alike
        nus.append(cronometrar(lambda cod=cod: _inserir(cod)))
        nossos.append(cronometrar(lambda cod=cod: salvar(cod)))
        fila.atender()
        tocando.append(cronometrar(lambda cod=cod: salvar(cod)))
    relatorio.mostrar("bare INSERT and commit", f"{mediana(nus) * 1000:.3f}")
    relatorio.mostrar("ours, when a bell is already waiting", f"{mediana(nossos) * 1000:.3f}")
    relatorio.mostrar("ours, when it has to ring the bell", f"{mediana(tocando) * 1000:.3f}")
    _conferir(antes, cods)
    OrmQ.objects.all().delete()
    recalculo.drenar()
    # Single flight: whoever saves while a bell waits, which is nearly everybody under load, does not ring another.
    relatorio.anotar("gravacao_vs_insert", mediana(nossos) / mediana(nus))


def _inserir(cod: str) -> None:
    agora = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        linha = (cod, "PRODUTO", hoje(), "AJUSTE", "CD", Decimal("1.500"), "bench-nua", False, agora, agora)
        cursor.execute(INSERT, linha)
        cursor.fetchone()


def salvar(cod: str) -> None:
    MovimentacaoEstoque(
        cod_produto=cod,
        nome_produto="PRODUTO",
        data_movimentacao=hoje(),
        tipo_movimentacao="AJUSTE",
        local_movimentacao="CD",
        qtd_movimentacao=Decimal("1.500"),
        observacao="bench",
    ).save()


def _conferir(antes: dict, cods: list[str]) -> None:
    for cod in cods:
        antes[cod] += 2 * Decimal("1.500")
    if dict(EstoqueAtual.objects.filter(pk__in=cods).values_list("pk", "estoque")) != antes:
        raise Divergencia("stock does not hold what was saved")
    if set(RecalculoPendente.objects.values_list("cod_produto", flat=True)) != set(cods):
        raise Divergencia("a saved movement left no mark")
