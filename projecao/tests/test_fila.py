"""Marks and the bell: committed with their cause, rung once, never lost."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_q.models import OrmQ

from projecao import fila, recalculo
from projecao.models import EstadoInterno, EstoqueProjecaoCache, RecalculoPendente
from projecao.tests.fabrica import movimentar

pytestmark = pytest.mark.django_db(transaction=True)


def sinos() -> int:
    return OrmQ.objects.count()


def test_marca_e_confirmada_com_a_causa():
    with transaction.atomic():
        movimentar("A", 1)
        assert sinos() == 0, "nobody is called before the commit"
    assert RecalculoPendente.objects.get().cod_produto == "A"
    assert sinos() == 1


def test_marca_e_desfeita_com_a_causa():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        movimentar("A", 1)
        raise ZeroDivisionError
    assert not RecalculoPendente.objects.exists()
    assert sinos() == 0


def test_um_sino_por_vez_ate_que_alguem_atenda():
    for _ in range(5):
        movimentar("A", 1)
    assert sinos() == 1
    fila.atender()
    movimentar("A", 1)
    movimentar("B", 1)
    assert sinos() == 2


def test_um_sino_por_transacao_e_so_por_ela():
    with transaction.atomic():
        for n in range(20):
            movimentar(f"P{n}", 1)
    assert sinos() == 1


def test_ponto_desfeito_nao_cala_o_resto_da_transacao():
    """The callback that the rolled back savepoint takes with it must not have been the only one."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                movimentar("A", 1)
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        movimentar("B", 1)
    assert sinos() == 1
    assert list(RecalculoPendente.objects.values_list("cod_produto", flat=True)) == ["B"]


def test_sino_que_ninguem_atendeu_toca_de_novo():
    movimentar("A", 1)
    EstadoInterno.objects.filter(nome="sino").update(em=timezone.now() - timedelta(minutes=2))
    movimentar("A", 1)
    assert sinos() == 2


def test_o_sino_chama_a_tarefa_que_drena():
    from django_q.signing import SignedPackage

    movimentar("A", 1)
    tarefa = SignedPackage.loads(OrmQ.objects.get().payload)
    assert (tarefa["func"], tarefa["args"]) == ("projecao.tasks.processar_recalculos_pendentes", ())


def test_drenar_sem_nada_nao_faz_nada():
    assert recalculo.drenar().produtos == 0


def test_mais_marcas_que_um_lote(settings):
    settings.PROJECAO_LOTE = 4
    for n in range(10):
        movimentar(f"P{n}", 1)
    movimentar("P0", 1)
    assert recalculo.drenar().produtos == 10
    assert not RecalculoPendente.objects.exists()
    assert EstoqueProjecaoCache.objects.get(pk="P0").estoque_atual == 2


def test_profundidade():
    assert fila.profundidade() == (0, 0, 0, None)
    movimentar("A", 1)
    movimentar("A", 1)
    movimentar("B", 1)
    profundidade = fila.profundidade()
    assert profundidade[:3] == (3, 2, 0)
    assert profundidade.mais_antiga <= timezone.now()
