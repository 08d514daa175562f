"""CSV and XLSX as spreadsheets read them back."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook

from projecao import tabela

LINHA = ["4320162", "Maçã & <Cia>", None, date(2026, 11, 24), Decimal("1489.500"), Decimal("-3.000"), Decimal("0.001")]
CABECALHO = ["a", "b", "c", "d", "e", "f", "g"]


def xlsx(linhas, cabecalho=CABECALHO):
    saida = BytesIO()
    assert tabela.gravar_xlsx(saida, cabecalho, iter(linhas), aba="Aba", fixas=2) == len(linhas)
    return load_workbook(BytesIO(saida.getvalue()))["Aba"]


def csv(linhas):
    saida = BytesIO()
    assert tabela.gravar_csv(saida, CABECALHO, iter(linhas)) == len(linhas)
    return saida.getvalue().decode("utf-8")


def test_xlsx_keeps_types_and_shows_them_as_brazilians_do():
    planilha = xlsx([LINHA])
    titulo, celulas = planilha["A1"], planilha[2]
    assert titulo.font.bold and planilha.freeze_panes == "C2"
    assert [celula.value for celula in celulas] == [
        "4320162",
        "Maçã & <Cia>",
        None,
        datetime(2026, 11, 24),  # noqa: DTZ001  a cell has no time zone
        1489.5,
        -3,
        0.001,
    ]
    assert [celula.number_format for celula in celulas[3:]] == ["dd/mm/yyyy", "#,##0.000", "#,##0", "#,##0.000"]


def test_csv_has_a_bom_semicolons_and_decimal_commas():
    assert csv([LINHA]) == "\ufeffa;b;c;d;e;f;g\r\n4320162;Maçã & <Cia>;;24/11/2026;1489,5;-3;0,001\r\n"


def test_no_rows():
    assert csv([]) == "\ufeffa;b;c;d;e;f;g\r\n"
    assert xlsx([]).max_row == 1


@pytest.mark.parametrize("texto", ["=1+1", "+1", "-1", "@A1", "\t=1"])
def test_text_that_would_run_is_neutralised(texto):
    celula = xlsx([[texto]], ["a"])["A2"]
    assert (celula.value, celula.data_type) == (f"'{texto}", "s")
    assert f"'{texto}" in csv([[texto]])


def test_what_no_sheet_holds_is_dropped_and_spaces_are_kept():
    assert xlsx([["a\x00b\x1f\ud800\ufffe c "]], ["a"])["A2"].value == "ab c "


@pytest.mark.parametrize(("posicao", "nome"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_are_named_as_in_excel(posicao, nome):
    assert tabela.nome_da_coluna(posicao) == nome
