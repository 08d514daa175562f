from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import MAC_EPOCH, to_excel

from projecao.importacao import valores
from projecao.importacao.erros import ValorInvalido
from projecao.importacao.valores import Formato

BRASILEIRO, OUTRO = Formato(brasileiro=True), Formato()
QUANTIDADES = st.decimals(Decimal("-999999999999.999"), Decimal("999999999999.999"), places=3)
DATAS = st.dates(valores.PRIMEIRA_DATA, valores.ULTIMA_DATA)


def quantidade(celula, formato=BRASILEIRO, **opcoes):
    return valores.numero(celula, formato, inteiros=12, casas=3, **opcoes)


def em_portugues(numero: Decimal) -> str:
    return f"{numero:,}".translate(str.maketrans(",.", ".,"))


@pytest.mark.parametrize(
    ("celula", "formato", "esperado"),
    [
        ("1.489", BRASILEIRO, "1489"),
        ("1.489", OUTRO, "1.489"),
        ("1.489,50", BRASILEIRO, "1489.5"),
        ("1489.5", BRASILEIRO, "1489.5"),
        ("1489.5", OUTRO, "1489.5"),
        ("0.125", BRASILEIRO, "0.125"),
        ("1.234.567", BRASILEIRO, "1234567"),
        ("-1.489,5", BRASILEIRO, "-1489.5"),
        (",5", BRASILEIRO, "0.5"),
        (" R$\u00a012,30 ", BRASILEIRO, "12.3"),
        ("1,5000", BRASILEIRO, "1.5"),
        (4320162.0, OUTRO, "4320162"),
        (0.1 + 0.2, OUTRO, "0.3"),
        (7, OUTRO, "7"),
    ],
)
def test_numeros(celula, formato, esperado):
    assert quantidade(celula, formato) == Decimal(esperado)


@pytest.mark.parametrize(
    "celula",
    ["abc", "1,2,3", "1.48,5", "1,489.50", "NaN", "Infinity", "1e5", "--1", "12.34.5", float("nan"), float("inf"), True,
     "1,2345", 1.2345, "1000000000000", 1e15, "9" * 5000, date(2026, 1, 1), "１２"],
)  # fmt: skip
def test_numeros_recusados(celula):
    with pytest.raises(ValorInvalido):
        quantidade(celula)


def test_uma_medida_calculada_e_arredondada():
    assert quantidade("0,83333333", arredonda=True) == Decimal("0.833")
    with pytest.raises(ValorInvalido):
        quantidade("999999999999,9996", arredonda=True)


@given(QUANTIDADES)
def test_toda_quantidade_volta_a_ser_ela_mesma(numero):
    assert quantidade(em_portugues(numero)) == numero
    assert quantidade(f"{numero:f}", OUTRO) == numero


@given(st.decimals(Decimal("-9999999.999"), Decimal("9999999.999"), places=3))
def test_um_numero_do_excel_volta_a_ser_ele_mesmo(numero):
    assert quantidade(float(numero), OUTRO) == numero


@pytest.mark.parametrize(
    "celula",
    ["27/06/2025", "27/06/2025 16:36", "27/06/2025 16:36:59", "27/6/25", "2025-06-27", "2025-06-27T16:36:00",
     "2025-06-27 16:36:00", "2025-06-28T01:00:00+00:00", "45835", "45835,69", 45835, 45835.69,
     datetime.fromisoformat("2025-06-27 16:36"), date(2025, 6, 27)],
)  # fmt: skip
def test_datas(celula):
    assert valores.data(celula, BRASILEIRO) == date(2025, 6, 27)


@pytest.mark.parametrize(
    "celula", ["31/02/2025", "2025-13-01", "27/06/1989", "01/01/2101", "amanhã", "0,5", 0.5, 10**9, True, time(10, 0)]
)
def test_datas_recusadas(celula):
    with pytest.raises(ValorInvalido):
        valores.data(celula, BRASILEIRO)


@given(DATAS)
def test_toda_data_volta_a_ser_ela_mesma(dia):
    for celula in (f"{dia:%d/%m/%Y}", dia.isoformat(), to_excel(dia), str(to_excel(dia)).removesuffix(".0")):
        assert valores.data(celula, BRASILEIRO) == dia
    assert valores.data(to_excel(dia, MAC_EPOCH), Formato(epoca=MAC_EPOCH)) == dia


def test_textos():
    assert valores.texto(4320162.0, OUTRO) == "4320162"
    assert valores.texto(12345678000199.0, OUTRO) == "12345678000199"
    assert valores.texto(" AB-01\u00a0", OUTRO) == "AB-01"
    assert valores.texto(datetime.fromisoformat("2026-01-02"), OUTRO) == "02/01/2026"
    for ruim in ("a\0b", "#N/A", "4,32016E+06", "abcdef"):
        with pytest.raises(ValorInvalido):
            valores.texto(ruim, OUTRO, maximo=5)


def test_sim_e_nao():
    assert [valores.booleano(sim, OUTRO) for sim in ("SIM", "s", 1, 1.0, True, "Verdadeiro")] == [True] * 6
    assert [valores.booleano(nao, OUTRO) for nao in ("Não", "n", 0, False, "FALSO")] == [False] * 5
    with pytest.raises(ValorInvalido):
        valores.booleano("talvez", OUTRO)


@pytest.mark.parametrize(
    ("escrito", "normal"),
    [
        ("\ufeff  Cód.Produto ", "cod produto"),
        ("COD_PRODUTO", "cod produto"),
        ("SEÇÃO  /  MÁQUINA", "secao/maquina"),
        (".../Cliente/Nome", "cliente/nome"),
        ("De - Codigo", "de codigo"),
    ],
)
def test_normalizar(escrito, normal):
    assert valores.normalizar(escrito) == normal
