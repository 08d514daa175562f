"""Chunks side by side: each once, in any order, and an error stops them."""

import threading
import time

import pytest
from django.db import connection, transaction
from django.test.utils import override_settings

from projecao import recalculo
from projecao.conferencia import conferir
from projecao.models import EstoqueProjecaoCache
from projecao.paralelo import lado_a_lado
from projecao.tests.fabrica import movimentar


@pytest.mark.django_db
def test_dentro_de_uma_transacao_e_no_proprio_fio():
    fios = set()
    assert list(lado_a_lado(lambda item: fios.add(threading.get_ident()), [1, 2, 3])) == [1, 2, 3]
    assert fios == {threading.get_ident()}


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_cada_item_uma_vez_e_em_varios_fios():
    fios, vistos = set(), []

    def tarefa(item):
        fios.add(threading.get_ident())
        vistos.append(item)
        time.sleep(0.02)

    assert sorted(lado_a_lado(tarefa, range(12))) == list(range(12)) == sorted(vistos)
    assert len(fios) > 1
    assert threading.get_ident() not in fios


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_um_erro_para_tudo_e_chega_a_quem_chamou():
    feitos = []

    def tarefa(item):
        if item == 3:
            raise ValueError("três")
        feitos.append(item)
        time.sleep(0.01)

    with pytest.raises(ValueError, match="três"):
        list(lado_a_lado(tarefa, range(100)))
    assert len(feitos) < 20


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_quem_desiste_nao_deixa_ninguem_trabalhando():
    feitos = []
    passos = lado_a_lado(lambda item: (feitos.append(item), time.sleep(0.01)), range(100))
    next(passos)
    passos.close()
    quantos = len(feitos)
    time.sleep(0.05)
    assert len(feitos) == quantos < 20


@pytest.mark.django_db(transaction=True)
@override_settings(PROJECAO_LOTE=5)
def test_a_carteira_inteira_em_lotes_lado_a_lado():
    cods = [f"P{n:02}" for n in range(23)]
    for cod in cods:
        movimentar(cod, 10)
    andamento = []
    resultado = recalculo.recalcular(cods, andamento.append)
    assert (resultado.produtos, resultado.gravados, sum(andamento)) == (23, 23, 23)
    assert EstoqueProjecaoCache.objects.count() == 23
    assert list(conferir()) == []


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_dois_que_acham_o_produto_sem_linha(monkeypatch):
    """The one that read first stores last: it must look again, now that there is a row to lock."""
    movimentar("NOVO", 10)
    calcular = recalculo.calcular

    def calcular_enquanto_outro_guarda(*argumentos):
        monkeypatch.setattr(recalculo, "calcular", calcular)
        velho = calcular(*argumentos)

        def outro():
            movimentar("NOVO", 5)
            recalculo.recalcular(["NOVO"])
            connection.close()

        fio = threading.Thread(target=outro)
        fio.start()
        fio.join()
        return velho

    monkeypatch.setattr(recalculo, "calcular", calcular_enquanto_outro_guarda)
    assert recalculo.recalcular(["NOVO"]).falhas == {}
    assert EstoqueProjecaoCache.objects.get(pk="NOVO").estoque_atual == 15
    assert not transaction.get_connection().in_atomic_block
