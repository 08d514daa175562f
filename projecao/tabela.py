"""Tables out: CSV and XLSX as the Brazilian Excel opens them without asking, a row at a time.

A cell is text, a Decimal, a date, or None. The XLSX is written here, and not by openpyxl as files in are read: a
portfolio of 20,000 products is 700,000 cells, 11 s of its objects against 1 s of text.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from io import TextIOWrapper
from typing import BinaryIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
PROIBIDOS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML holds."""


def neutralizar(texto: str) -> str:
    """Text that a spreadsheet would run as a formula stays text; control characters it cannot hold are dropped."""
    limpo = PROIBIDOS.sub("", texto)
    return f"'{limpo}" if limpo.startswith(FORMULAS) else limpo


def _digitos(valor: Decimal) -> str:
    texto = f"{valor:f}"
    return texto.rstrip("0").rstrip(".") if "." in texto else texto


# CSV


def gravar_csv(saida: BinaryIO, cabecalho: Sequence[str], linhas: Iterable[Iterable]) -> int:
    """The number of rows. A BOM and ";" are what Excel takes for ours; the decimal comma goes with them."""
    texto = TextIOWrapper(saida, encoding="utf-8-sig", newline="")
    try:
        planilha = csv.writer(texto, delimiter=";")
        planilha.writerow(cabecalho)
        quantas = 0
        for linha in linhas:
            planilha.writerow([_texto(valor) for valor in linha])
            quantas += 1
    finally:
        texto.detach()  # it writes what it holds, and leaves the file open: it is the caller's
    return quantas


def _texto(valor) -> str:
    if isinstance(valor, Decimal):
        return _digitos(valor).replace(".", ",")
    if isinstance(valor, str):
        return neutralizar(valor)
    return "" if valor is None else valor.strftime("%d/%m/%Y")


# XLSX (ECMA-376)

EPOCA = date(1899, 12, 30)
NEGRITO, DATA, INTEIRO, DECIMAL = 1, 2, 3, 4
"""Positions in `cellXfs`."""
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
PLANILHAML = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELACOES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACOTE = "http://schemas.openxmlformats.org/package/2006"
TIPOS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTES = {
    "[Content_Types].xml": f"""<Types xmlns="{PACOTE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{TIPOS}.sheet.main+xml"/>
<Override PartName="/xl/styles.xml" ContentType="{TIPOS}.styles+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TIPOS}.worksheet+xml"/>
</Types>""",
    "_rels/.rels": f"""<Relationships xmlns="{PACOTE}/relationships">
<Relationship Id="r1" Type="{RELACOES}/officeDocument" Target="xl/workbook.xml"/>
</Relationships>""",
    "xl/_rels/workbook.xml.rels": f"""<Relationships xmlns="{PACOTE}/relationships">
<Relationship Id="r1" Type="{RELACOES}/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="r2" Type="{RELACOES}/styles" Target="styles.xml"/>
</Relationships>""",
    "xl/styles.xml": f"""<styleSheet xmlns="{PLANILHAML}">
<numFmts count="2"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/>
<numFmt numFmtId="165" formatCode="#,##0.000"/></numFmts>
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>
<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="3" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>""",
}


def gravar_xlsx(saida: BinaryIO, cabecalho: Sequence[str], linhas: Iterable[Iterable], aba: str, fixas: int) -> int:
    """The number of rows. The header and the `fixas` first columns stay in place."""
    pasta = f"""<workbook xmlns="{PLANILHAML}" xmlns:r="{RELACOES}">
<sheets><sheet name="{escape(aba)}" sheetId="1" r:id="r1"/></sheets></workbook>"""
    colunas = [nome_da_coluna(n) for n in range(len(cabecalho))]
    with ZipFile(saida, "w", ZIP_DEFLATED, compresslevel=4) as arquivo:
        for nome, parte in {**PARTES, "xl/workbook.xml": pasta}.items():
            arquivo.writestr(nome, XML + parte)
        with arquivo.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as planilha:
            planilha.write(_abertura(nome_da_coluna(fixas), fixas).encode())
            planilha.write(_linha(1, colunas, cabecalho, f' s="{NEGRITO}"'))
            quantas = 0
            for linha in linhas:
                quantas += 1
                planilha.write(_linha(quantas + 1, colunas, linha))
            planilha.write(b"</sheetData></worksheet>")
    return quantas


def _abertura(primeira_livre: str, fixas: int) -> str:
    return f"""{XML}<worksheet xmlns="{PLANILHAML}"><sheetViews><sheetView workbookViewId="0">
<pane xSplit="{fixas}" ySplit="1" topLeftCell="{primeira_livre}2" activePane="bottomRight" state="frozen"/>
</sheetView></sheetViews><sheetData>"""


def _linha(numero: int, colunas: list[str], valores: Iterable, estilo: str = "") -> bytes:
    celulas = "".join(
        _celula(f"{coluna}{numero}", valor, estilo)
        for coluna, valor in zip(colunas, valores, strict=True)
        if valor is not None
    )
    return f'<row r="{numero}">{celulas}</row>'.encode()


def _celula(onde: str, valor, estilo: str) -> str:
    if isinstance(valor, str):
        texto = escape(neutralizar(valor))
        return f'<c r="{onde}"{estilo} t="inlineStr"><is><t xml:space="preserve">{texto}</t></is></c>'
    if isinstance(valor, date):
        return f'<c r="{onde}" s="{DATA}"><v>{(valor - EPOCA).days}</v></c>'
    digitos = _digitos(valor)
    return f'<c r="{onde}" s="{DECIMAL if "." in digitos else INTEIRO}"><v>{digitos}</v></c>'


def nome_da_coluna(posicao: int) -> str:
    """0 is A, 25 is Z, 26 is AA."""
    letras = ""
    posicao += 1
    while posicao:
        posicao, resto = divmod(posicao - 1, 26)
        letras = chr(ord("A") + resto) + letras
    return letras
