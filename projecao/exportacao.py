"""The planners' own sheet (SPEC.md section 8): one product a row, four columns a day.

There EST FINAL is before production, which is our `saldo`.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from projecao import fontes, representacao, servico, unificacao
from projecao.conf import ajustes, hoje
from projecao.models import EstoqueProjecaoCache
from projecao.motor import DIAS
from projecao.recalculo import AoAvancar
from projecao.unidades import quantidade

COLUNAS = ("COD", "LINHA", "Descrição Produto", "CART", "Previsão de ruptura")
COLUNAS_DO_DIA = {
    "EST INICIAL": "estoque_inicial",
    "SAIDA": "saidas",
    "EST FINAL": "saldo",
    "PROG PROD": "producao",
}
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def cabecalho() -> list[str]:
    return [*COLUNAS, *(f"{coluna} D{dia}" for dia in range(DIAS) for coluna in COLUNAS_DO_DIA)]


def linhas(ao_avancar: AoAvancar | None = None) -> Iterator[list]:
    """Every projected product in the order of its code; text, Decimal, date or None per cell. In bounded chunks."""
    ultimo = ""
    while True:
        proximas = EstoqueProjecaoCache.objects.publicas().filter(pk__gt=ultimo).order_by("pk")
        cods = list(proximas.values_list("pk", flat=True)[: ajustes.LOTE])
        if not cods:
            return
        ultimo = cods[-1]
        yield from _linhas_de(cods)
        if ao_avancar:
            ao_avancar(len(cods))


def _linhas_de(cods: list[str]) -> Iterator[list]:
    dia, familias = hoje(), unificacao.resolver(cods)
    carteira, linhas_de_producao = Counter(), {}
    for fonte in fontes.carregar().demanda:
        for parcela in fonte.quantidades(familias.canonico, dia):
            carteira[familias.canonico[parcela.cod_produto]] += parcela.quantidade
    for fonte in fontes.carregar().todas:
        linhas_de_producao |= fonte.linhas(familias.canonico)
    for cod, retrato in servico.retratar_ou_guardado(cods).items():
        linha = next((linhas_de_producao[c] for c in retrato.codigos if c in linhas_de_producao), "")
        dias = representacao.dias(retrato.projecao)
        yield [
            cod,
            linha,
            retrato.nome_produto,
            quantidade(carteira[cod]),
            retrato.figuras.dia_ruptura,
            *(dia[campo] for dia in dias for campo in COLUNAS_DO_DIA.values()),
        ]


def neutralizar(valor):
    """Text that a spreadsheet would run as a formula stays text; control characters it cannot hold are dropped."""
    if not isinstance(valor, str):
        return valor
    limpo = ILLEGAL_CHARACTERS_RE.sub("", valor)
    return f"'{limpo}" if limpo.startswith(FORMULAS) else limpo


def exportar(arquivo: Path, ao_avancar: AoAvancar | None = None) -> int:
    """Write the file, whole or not at all; the number of products. Raises OSError."""
    provisorio = arquivo.with_name(f".{arquivo.name}.parcial")
    try:
        produtos = FORMATOS[arquivo.suffix.lower()](provisorio, ao_avancar)
        provisorio.replace(arquivo)
    finally:
        provisorio.unlink(missing_ok=True)
    return produtos


def _exportar_csv(arquivo: Path, ao_avancar) -> int:
    # A BOM and ";" are what the Brazilian Excel opens without asking; the decimal comma goes with them.
    with arquivo.open("w", encoding="utf-8-sig", newline="") as saida:
        planilha = csv.writer(saida, delimiter=";")
        planilha.writerow(cabecalho())
        return _contar(planilha.writerow([_texto(valor) for valor in linha]) for linha in linhas(ao_avancar))


def _contar(gravacoes: Iterable) -> int:
    return sum(1 for _ in gravacoes)


def _texto(valor) -> str:
    if valor is None:
        return ""
    if isinstance(valor, str):
        return neutralizar(valor)
    if hasattr(valor, "strftime"):
        return valor.strftime("%d/%m/%Y")
    texto = f"{valor:f}"
    return (texto.rstrip("0").rstrip(".") if "." in texto else texto).replace(".", ",")


def _exportar_xlsx(arquivo: Path, ao_avancar) -> int:
    pasta = Workbook(write_only=True)
    planilha = pasta.create_sheet("Projeção")
    planilha.freeze_panes = "D2"
    titulos = [WriteOnlyCell(planilha, titulo) for titulo in cabecalho()]
    for celula in titulos:
        celula.font = Font(bold=True)
    planilha.append(titulos)
    produtos = _contar(planilha.append([_celula(planilha, valor) for valor in linha]) for linha in linhas(ao_avancar))
    pasta.save(arquivo)
    return produtos


def _celula(planilha, valor):
    celula = WriteOnlyCell(planilha, neutralizar(valor))
    if hasattr(valor, "strftime"):
        celula.number_format = "dd/mm/yyyy"
    elif valor is not None and not isinstance(valor, str):
        celula.number_format = "#,##0" if valor == valor.to_integral_value() else "#,##0.000"
    return celula


FORMATOS = {".csv": _exportar_csv, ".xlsx": _exportar_xlsx}
