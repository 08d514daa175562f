"""Can it ship? In words, for an item and for the whole order."""

from datetime import date

import pytest

from carteira import situacao
from carteira.situacao import Situacao, Tipo

HOJE = date(2026, 11, 24)


def em(dia: int | None) -> date | None:
    return None if dia is None else date.fromordinal(HOJE.toordinal() + dia)


def item(expedicao, disponivel, firme, **campos):
    return {
        "expedicao": em(expedicao),
        "data_disponivel": em(disponivel),
        "data_disponivel_firme": em(firme),
        "status_ruptura": "OK",
        "qtd_saldo": 5,
        "defeito": "",
    } | campos


@pytest.mark.parametrize(
    ("dias", "tipo", "texto", "detalhe"),
    [
        ((2, 0, 0), Tipo.SAI_NA_DATA, "Sai na data", ""),
        ((2, 0, 2), Tipo.SAI_NA_DATA, "Sai na data", ""),
        ((-3, 0, 0), Tipo.SAI_NA_DATA, "Sai hoje", ""),
        ((2, 0, 3), Tipo.TIRA_DE_OUTRO, "Tira de outro pedido", "firme em 27/11"),
        ((2, 0, None), Tipo.TIRA_DE_OUTRO, "Tira de outro pedido", "sem data firme"),
        ((2, 4, 4), Tipo.SAI_DEPOIS, "Sai em 28/11", ""),
        ((-3, 1, 1), Tipo.SAI_DEPOIS, "Sai em 25/11", ""),
        ((2, 4, 5), Tipo.SAI_DEPOIS, "Sai em 28/11", "firme em 29/11"),
        ((None, 4, 4), Tipo.SEM_DATA, "Sem data", "pode sair em 28/11"),
        ((2, None, None), Tipo.NAO_SAI, "Não sai em 29 dias", ""),
        ((None, None, None), Tipo.NAO_SAI, "Não sai em 29 dias", ""),
    ],
)
def test_an_item(dias, tipo, texto, detalhe):
    assert situacao.do_item(item(*dias), HOJE) == Situacao(tipo, texto, detalhe)


def test_an_item_without_figures_or_balance():
    sem_figuras = item(2, None, None, status_ruptura=None, defeito="o motivo")
    assert situacao.do_item(sem_figuras, HOJE) == Situacao(Tipo.NAO_CALCULADO, "Não calculado", "o motivo")
    assert situacao.do_item(item(2, 0, 0, qtd_saldo=0), HOJE).tipo == Tipo.NADA_A_SAIR


@pytest.mark.parametrize(
    ("tipos", "completa", "texto", "tom"),
    [
        ([], None, "Nada a sair: este pedido não tem itens com saldo.", "info"),
        ([Tipo.SAI_NA_DATA, Tipo.NADA_A_SAIR], 0, "Sim: o pedido inteiro sai na data.", "success"),
        ([Tipo.SAI_NA_DATA, Tipo.SAI_DEPOIS], 4, "Na data, não inteiro.", "warning"),
        ([Tipo.TIRA_DE_OUTRO] * 2, None, "Só tirando de outros pedidos: 2 itens já têm destino.", "warning"),
        ([Tipo.SAI_NA_DATA, Tipo.SEM_DATA], 0, "Falta marcar a data de expedição.", "warning"),
        ([Tipo.SAI_DEPOIS, Tipo.NAO_SAI], None, "Não: 1 item não tem estoque em nenhum dos 29 dias.", "danger"),
        ([Tipo.SAI_NA_DATA, Tipo.NAO_CALCULADO], None, "Não se sabe: 1 item não pôde ser calculado.", "danger"),
    ],
)
def test_the_whole_order(tipos, completa, texto, tom):
    resposta = situacao.do_pedido([Situacao(tipo, "") for tipo in tipos], em(completa))
    assert (resposta.texto, resposta.tom) == (texto, tom)
    if texto.startswith("Na data"):
        assert resposta.detalhe == "O pedido inteiro pode sair a partir de 28/11/2026."
