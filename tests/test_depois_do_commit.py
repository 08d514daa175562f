"""What a lost connection may not do: reach whoever has committed, or be blamed on a product. A sweep does the rest."""

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError

from carteira.models import Pedido
from projecao import recalculo
from projecao.memoria import cache_memoria
from projecao.models import RecalculoPendente
from projecao.tests.fabrica import movimentar

pytestmark = pytest.mark.django_db(transaction=True)


def cair(*args):
    raise OperationalError("server closed the connection unexpectedly")


@pytest.mark.parametrize("onde", ["carteira.signals._marcar_recem_chegados", "projecao.fila.tocar"])
def test_quem_grava_nao_ve_o_erro(monkeypatch, onde):
    monkeypatch.setattr(onde, cair)
    Pedido.objects.create(separacao_lote_id="L", num_pedido="1")
    movimentar("A", 1)
    assert RecalculoPendente.objects.exists()


def test_nenhum_produto_leva_a_culpa(monkeypatch):
    movimentar("A", 1)
    monkeypatch.setattr(cache_memoria, "esquecer", cair)
    assert recalculo.drenar().falhas == {}
    assert not RecalculoPendente.objects.exists()


@pytest.mark.parametrize("tipo", [OperationalError, InterfaceError, DatabaseError])
def test_nem_de_uma_conexao_perdida_no_meio(monkeypatch, tipo):
    def cair(*args):
        raise tipo("server closed the connection unexpectedly")

    movimentar("A", 1)
    monkeypatch.setattr(recalculo, "calcular", cair)
    with pytest.raises(tipo):
        recalculo.drenar()
    assert set(RecalculoPendente.objects.values_list("tentativas", "erro")) == {(0, "")}
