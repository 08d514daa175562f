"""The order workspace beyond its shape: odd orders, and what it costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carteira.models import CarteiraPrincipal, Pedido, PreSeparacaoItem, Separacao
from carteira.workspace import workspace
from projecao import recalculo
from projecao.excecoes import PedidoDesconhecido
from projecao.tests.fabrica import dia, movimentar, unificar

pytestmark = pytest.mark.django_db


def linha(num, cod, qtd, **campos):
    return CarteiraPrincipal.objects.create(num_pedido=num, cod_produto=cod, qtd_saldo_produto_pedido=qtd, **campos)


def consultas(num) -> int:
    with CaptureQueriesContext(connection) as capturadas:
        workspace(num)
    return len(capturadas)


def test_o_custo_nao_cresce_com_os_itens():
    linha("1", "P0", 1)
    for n in range(40):
        linha("2", f"P{n}", 1)
    assert consultas("1") == consultas("2")
    recalculo.drenar()
    assert consultas("1") == consultas("2")


def test_separacao_sem_linha_na_carteira_aparece():
    Separacao.objects.create(num_pedido="1", cod_produto="A", qtd_saldo=4, expedicao=dia(2))
    [item] = workspace("1")["itens"]
    assert (item["qtd_pedido"], item["qtd_separada"], item["qtd_saldo"], item["expedicao"]) == (4, 4, 4, dia(2))


def test_linha_que_saiu_da_carteira_nao_aparece():
    linha("1", "A", 5, ativo=False)
    with pytest.raises(PedidoDesconhecido):
        workspace("1")


def test_pedido_sem_itens_existe():
    Pedido.objects.create(num_pedido="1", raz_social_red="REDE SOL", cod_uf="SP")
    corpo = workspace("1")
    assert (corpo["cliente"], corpo["uf"], corpo["itens"], corpo["data_completa"]) == ("REDE SOL", "SP", [], None)


def test_duas_linhas_do_mesmo_produto_precisam_da_soma():
    """Two codes of one product in one order: each alone could leave, both cannot."""
    movimentar("A", 10)
    unificar("B", "A")
    linha("1", "A", 6, expedicao=dia(1))
    linha("1", "B", 6, expedicao=dia(1))
    assert [item["data_disponivel"] for item in workspace("1")["itens"]] == [None, None]


def test_itens_de_um_produto_sem_data_possivel_impedem_a_data_completa():
    movimentar("A", 10)
    linha("1", "A", 6)
    assert workspace("1")["data_completa"] == dia(0)
    linha("1", "B", 6)
    assert workspace("1")["data_completa"] is None


def test_expedicao_e_a_primeira_do_que_esta_separado():
    movimentar("A", 10)
    linha("1", "A", 9, expedicao=dia(9))
    PreSeparacaoItem.objects.create(
        num_pedido="1", cod_produto="A", qtd_selecionada_usuario=2, data_expedicao_editada=dia(5)
    )
    [item] = workspace("1")["itens"]
    assert (item["expedicao"], item["estoque_na_expedicao"]) == (dia(5), 8)


def test_disponivel_e_do_saldo_que_esta_ao_lado():
    """Also where part of the balance is on a lorry already: it is invoiced or comes back."""
    linha("1", "A", 10, expedicao=dia(1))
    Pedido.objects.create(num_pedido="1", separacao_lote_id="L", status="EMBARCADO")
    Separacao.objects.create(num_pedido="1", cod_produto="A", separacao_lote_id="L", qtd_saldo=10)
    [item] = workspace("1")["itens"]
    assert (item["qtd_separada"], item["qtd_saldo"], item["data_disponivel"]) == (10, 10, None)
    movimentar("A", 10)
    assert workspace("1")["itens"][0]["data_disponivel"] == dia(0)


def test_item_que_nao_pode_ser_calculado_fica_no_pedido():
    movimentar("A", 10)
    linha("1", "A", 6, preco_produto_pedido=2)
    linha("1", "R", 5, preco_produto_pedido=3)
    Separacao.objects.bulk_create([Separacao(cod_produto="R", qtd_saldo=999999999999) for _ in range(2)])
    corpo = workspace("1")
    assert [item["cod_produto"] for item in corpo["itens"]] == ["A", "R"]
    assert (corpo["itens"][1]["estoque_hoje"], corpo["data_completa"], corpo["valor_total"]) == (None, None, 27)
