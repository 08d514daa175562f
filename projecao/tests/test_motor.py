"""The engine against SPEC.md section 4, rule by rule, and against a slow and obvious second implementation."""

import ast
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projecao import motor
from projecao.motor import Demanda, Producao

HOJE = date(2026, 11, 24)


def dia(n: int) -> date:
    return HOJE + timedelta(days=n)


def projetar(estoque=0, demandas=(), producoes=(), dias_ate_disponivel=0):
    return motor.projetar(HOJE, estoque, demandas, producoes, dias_ate_disponivel)


datas = st.integers(-60, 60).map(dia)
demandas = st.lists(st.builds(Demanda, st.none() | datas, st.integers(0, 10**15), st.booleans()), max_size=30)
producoes = st.lists(st.builds(Producao, datas, st.integers(0, 10**15)), max_size=30)
estoques = st.integers(-(10**15), 10**15)


def lenta(estoque, demandas, producoes, espera):
    """Each day from the day before, asking of every document whether it counts on it."""
    linhas = []
    for n in range(29):
        sai = 0
        for demanda in demandas:
            if demanda.data is None:
                sai += demanda.quantidade if n == 0 and demanda.sem_data_sai_hoje else 0
            elif demanda.data == dia(n) or (n == 0 and demanda.data < HOJE):
                sai += demanda.quantidade
        entra = sum(p.quantidade for p in producoes if p.data >= HOJE and p.data + timedelta(days=espera) == dia(n))
        linhas.append((sai, entra, estoque - sai + entra))
        estoque = estoque - sai + entra
    return linhas


@given(estoques, demandas, producoes, st.integers(0, 35))
@settings(max_examples=300)
def test_igual_a_conta_lenta(estoque, demandas, producoes, espera):
    obtida = projetar(estoque, demandas, producoes, espera)
    assert list(zip(obtida.saidas, obtida.producao, obtida.estoque_final, strict=True)) == lenta(
        estoque, demandas, producoes, espera
    )
    assert obtida.producao_hoje == sum(p.quantidade for p in producoes if p.data == HOJE)
    assert obtida.saidas_sem_data == sum(d.quantidade for d in demandas if d.data is None and not d.sem_data_sai_hoje)
    assert obtida.saidas_atrasadas == sum(
        d.quantidade for d in demandas if (d.data is None and d.sem_data_sai_hoje) or (d.data and d.data < HOJE)
    )


@given(estoques, demandas, producoes, st.integers(0, 100))
@settings(max_examples=300)
def test_figuras_iguais_as_lentas(estoque, demandas, producoes, seguranca):
    projecao = projetar(estoque, demandas, producoes)
    finais = projecao.estoque_final
    figuras = motor.figuras(projecao, seguranca)
    negativos = [dia(n) for n in range(29) if finais[n] < 0]
    assert figuras.menor_estoque_7d == min(finais[0:8])
    assert figuras.menor_estoque_28d == min(finais)
    assert figuras.dia_ruptura == (negativos[0] if negativos else None)
    sai_algo = sum(projecao.saidas) > 0
    if min(finais[0:8]) < 0 or (min(finais[0:8]) == 0 and sai_algo):
        assert figuras.status_ruptura == "CRÍTICO"
    elif negativos or (sai_algo and min(finais[0:8]) < seguranca):
        assert figuras.status_ruptura == "ATENÇÃO"
    else:
        assert figuras.status_ruptura == "OK"


@given(estoques, demandas, producoes, st.integers(0, 10**15))
@settings(max_examples=200)
def test_disponivel_e_firme(estoque, demandas, producoes, quantidade):
    projecao = projetar(estoque, demandas, producoes)
    finais = projecao.estoque_final
    com = [n for n in range(29) if finais[n] >= quantidade]
    firmes = [n for n in range(29) if all(final >= quantidade for final in finais[n:])]
    assert motor.primeiro_dia_com(projecao, quantidade) == (com[0] if com else None)
    assert motor.primeiro_dia_firme(projecao, quantidade) == (firmes[0] if firmes else None)


@given(estoques, demandas, producoes)
def test_sem_a_propria_demanda_e_como_se_ela_nao_existisse(estoque, demandas, producoes):
    proprias, outras = demandas[::2], demandas[1::2]
    so_as_proprias = projetar(0, proprias)
    sem = projetar(estoque, demandas, producoes).sem(dict(enumerate(so_as_proprias.saidas)))
    assert sem.estoque_final == projetar(estoque, outras, producoes).estoque_final


@given(estoques, demandas, producoes, st.randoms())
def test_a_ordem_dos_documentos_nao_importa(estoque, demandas, producoes, acaso):
    antes = projetar(estoque, demandas, producoes)
    acaso.shuffle(demandas)
    acaso.shuffle(producoes)
    assert projetar(estoque, demandas, producoes) == antes


def test_saldo_e_antes_da_producao():
    projecao = projetar(100, [Demanda(HOJE, 30)], [Producao(HOJE, 7)])
    assert projecao.estoque_final[0] == 77
    assert projecao.estoque_final[28] == 77


@pytest.mark.parametrize(
    ("demanda", "esperado"),
    [
        (Demanda(dia(-1), 5), (5, 5, 0)),
        (Demanda(HOJE, 5), (5, 0, 0)),
        (Demanda(dia(28), 5), (0, 0, 0)),
        (Demanda(dia(29), 5), (0, 0, 0)),
        (Demanda(None, 5), (0, 0, 5)),
        (Demanda(None, 5, sem_data_sai_hoje=True), (5, 5, 0)),
    ],
)
def test_onde_cai_cada_demanda(demanda, esperado):
    projecao = projetar(0, [demanda])
    assert (projecao.saidas[0], projecao.saidas_atrasadas, projecao.saidas_sem_data) == esperado
    assert sum(projecao.saidas) == (0 if demanda.data == dia(29) or esperado[2] else 5)


@pytest.mark.parametrize(
    ("data", "espera", "chega"), [(-1, 0, None), (-1, 1, None), (0, 0, 0), (0, 1, 1), (28, 1, None)]
)
def test_quando_a_producao_fica_disponivel(data, espera, chega):
    projecao = projetar(0, (), [Producao(dia(data), 9)], espera)
    assert [n for n, qtd in enumerate(projecao.producao) if qtd] == ([] if chega is None else [chega])
    assert projecao.producao_hoje == (9 if data == 0 else 0)


@pytest.mark.parametrize(
    ("estoque", "demandas", "seguranca", "status"),
    [
        (0, [], 10, "OK"),  # a dead product
        (-1, [], 10, "CRÍTICO"),
        (5, [Demanda(dia(3), 5)], 10, "CRÍTICO"),  # to zero, and something leaves
        (5, [Demanda(dia(20), 1)], 10, "ATENÇÃO"),  # below safety, and something leaves
        (5, [], 10, "OK"),  # below safety, but nothing leaves
        (15, [Demanda(dia(3), 5)], 10, "OK"),
        (15, [Demanda(dia(8), 16)], 0, "ATENÇÃO"),  # stock-out after D7
        (15, [Demanda(dia(7), 16)], 0, "CRÍTICO"),
    ],
)
def test_status(estoque, demandas, seguranca, status):
    assert motor.figuras(projetar(estoque, demandas), seguranca).status_ruptura == status


@pytest.mark.parametrize(("data", "esperado"), [(-3, 90), (0, 90), (1, 80), (28, 80), (29, None), (None, None)])
def test_estoque_em_uma_data(data, esperado):
    projecao = projetar(100, [Demanda(HOJE, 10), Demanda(dia(1), 10)])
    assert motor.estoque_em(projecao, None if data is None else dia(data)) == esperado


def test_o_motor_so_conhece_a_biblioteca_padrao():
    arvore = ast.parse(Path(motor.__file__).read_text(encoding="utf-8"))
    for no in ast.walk(arvore):
        for nome in [no.module] if isinstance(no, ast.ImportFrom) else [a.name for a in getattr(no, "names", [])]:
            if isinstance(no, ast.Import | ast.ImportFrom):
                assert nome.split(".")[0] in sys.stdlib_module_names


@pytest.mark.parametrize(
    ("estoque", "esperado"),
    [(-1, motor.NEGATIVO), (0, motor.ABAIXO_DA_SEGURANCA), (9, motor.ABAIXO_DA_SEGURANCA), (10, motor.CONFORTAVEL)],
)
def test_nivel_de_um_dia(estoque, esperado):
    assert motor.nivel(estoque, estoque_seguranca=10) == esperado


def test_sem_seguranca_so_o_negativo_preocupa():
    assert motor.nivel(0, 0) == motor.CONFORTAVEL
