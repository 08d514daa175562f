"""Cells → values: Brazilian numbers and dates, text, yes or no. Pure; every reader raises ValorInvalido.

A cell is text when it comes from CSV, and text, a number, a date or a boolean when it comes from XLSX.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from django.utils import timezone
from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel

from projecao.importacao.erros import ValorInvalido

Celula = str | int | float | bool | date | datetime | time | timedelta | None

PRIMEIRA_DATA, ULTIMA_DATA = date(1990, 1, 1), date(2100, 12, 31)
RUIDO = Decimal("0.000001")
"""Farther from its rounding than this, a float was typed with its decimals; nearer, arithmetic left them."""

ERROS_DO_EXCEL = {"#N/A", "#N/D", "#REF!", "#DIV/0!", "#VALUE!", "#VALOR!", "#NAME?", "#NOME?", "#NUM!", "#NULL!"}
SIM = {"1", "s", "sim", "true", "verdadeiro", "ativo", "x"}
NAO = {"0", "n", "nao", "false", "falso", "inativo"}

AGRUPADO = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d+)?", re.ASCII)
COM_VIRGULA = re.compile(r"[+-]?\d*,\d+", re.ASCII)
COM_PONTO = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
CIENTIFICO = re.compile(r"\d([.,]\d+)?E\+\d+", re.ASCII)
DIA_MES_ANO = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})( \d{1,2}:\d{2}(:\d{2})?)?", re.ASCII)
SERIAL = re.compile(r"\d{5}([.,]\d+)?", re.ASCII)


class Formato(NamedTuple):
    """How a file writes its values."""

    brasileiro: bool = False
    """The dot groups thousands (SPEC.md section 8)."""
    epoca: datetime = WINDOWS_EPOCH
    """Day zero of a workbook's serial dates."""


def normalizar(texto: str) -> str:
    """For comparing what people type: no case, accents, punctuation nor spare spaces. The slash is kept."""
    sem_acentos = "".join(c for c in unicodedata.normalize("NFKD", texto) if not unicodedata.combining(c))
    palavras = re.sub(r"[^\w/]|_", " ", sem_acentos.casefold()).split()
    return re.sub(r" ?/ ?", "/", " ".join(palavras)).strip("/")


def vazia(celula: Celula) -> bool:
    return celula is None or (isinstance(celula, str) and not celula.strip())


def tem_virgula_decimal(celula: Celula) -> bool:
    return isinstance(celula, str) and bool(re.fullmatch(r"[^,]*,\d+", celula.strip()))


def numero(celula: Celula, formato: Formato, *, inteiros: int, casas: int, arredonda: bool = False) -> Decimal:
    """Exact, with `casas` decimals. More decimals than that are refused, unless `arredonda`."""
    if isinstance(celula, str):
        valor = _numero_de_texto(celula, formato.brasileiro)
    elif isinstance(celula, int | float) and not isinstance(celula, bool):
        valor = Decimal(repr(celula))
    else:
        raise ValorInvalido(f"esperava um número e encontrou {escrever(celula)}")
    if not valor.is_finite() or (valor and valor.adjusted() >= inteiros):
        raise ValorInvalido(f"número grande demais (até {inteiros} dígitos inteiros)")
    exato = valor.quantize(Decimal(1).scaleb(-casas), ROUND_HALF_UP)
    ruido = isinstance(celula, float) and abs(exato - valor) < RUIDO
    if exato != valor and not arredonda and not ruido:
        raise ValorInvalido(f"{_curto(escrever(celula))} tem mais de {casas} casas decimais")
    if exato.adjusted() >= inteiros:
        raise ValorInvalido(f"número grande demais (até {inteiros} dígitos inteiros)")
    return exato + 0  # there is no minus zero of a product


@lru_cache(maxsize=10_000)
def _numero_de_texto(celula: str, brasileiro: bool) -> Decimal:
    limpo = celula.replace("R$", "").strip()
    if COM_VIRGULA.fullmatch(limpo):
        return Decimal(limpo.replace(",", "."))
    if AGRUPADO.fullmatch(limpo) and (brasileiro or "," in limpo or limpo.count(".") > 1):
        return Decimal(limpo.replace(".", "").replace(",", "."))
    # In a Brazilian file too: 1489.5 groups nothing, so its dot can only be a decimal one.
    if COM_PONTO.fullmatch(limpo):
        return Decimal(limpo)
    raise ValorInvalido(f'"{_curto(celula)}" não é um número')


def data(celula: Celula, formato: Formato) -> date:
    """The day; a time of day beside it is dropped."""
    if isinstance(celula, datetime):
        dia = celula.date()
    elif isinstance(celula, date):
        dia = celula
    elif isinstance(celula, str):
        dia = _data_de_texto(celula.strip(), formato.epoca)
    elif isinstance(celula, int | float) and not isinstance(celula, bool):
        dia = _data_de_serial(celula, formato.epoca)
    else:
        raise ValorInvalido(f"esperava uma data e encontrou {escrever(celula)}")
    if not PRIMEIRA_DATA <= dia <= ULTIMA_DATA:
        raise ValorInvalido(f"data fora de {PRIMEIRA_DATA.year} a {ULTIMA_DATA.year}: {dia:%d/%m/}{dia.year}")
    return dia


@lru_cache(maxsize=10_000)
def _data_de_texto(texto: str, epoca: datetime) -> date:
    if SERIAL.fullmatch(texto):
        return _data_de_serial(float(texto.replace(",", ".")), epoca)
    try:
        if partes := DIA_MES_ANO.fullmatch(texto):
            dia, mes, ano = (int(parte) for parte in partes.group(1, 2, 3))
            return date(ano if ano > 99 else 2000 + ano, mes, dia)
        momento = datetime.fromisoformat(texto)
    except ValueError:
        raise ValorInvalido(f'"{_curto(texto)}" não é uma data (dia/mês/ano)') from None
    return timezone.localdate(momento) if momento.tzinfo else momento.date()


def _data_de_serial(serial: float, epoca: datetime) -> date:
    try:
        return from_excel(serial, epoca).date()
    except (AttributeError, OverflowError, ValueError):  # a time of day, or beyond the calendar
        raise ValorInvalido(f"{serial} não é uma data") from None


def texto(celula: Celula, formato: Formato, *, maximo: int | None = None) -> str:
    escrito = escrever(celula)
    if "\0" in escrito:
        raise ValorInvalido("contém um caractere nulo")
    if escrito in ERROS_DO_EXCEL:
        raise ValorInvalido(f"a célula contém um erro do Excel: {escrito}")
    if isinstance(celula, str) and CIENTIFICO.fullmatch(escrito):
        raise ValorInvalido(f"{escrito}: o Excel trocou o código por notação científica; formate a coluna como texto")
    if maximo is not None and len(escrito) > maximo:
        raise ValorInvalido(f"tem {len(escrito)} caracteres; o máximo é {maximo}")
    return escrito


def escrever(celula: Celula) -> str:
    """A cell as a person sees it, without outer spaces: 4320162.0 is "4320162"."""
    match celula:
        case str():
            return celula.strip()
        case None:
            return ""
        case bool():
            return "Sim" if celula else "Não"
        case float():
            decimal = Decimal(repr(celula))
            return str(int(decimal)) if decimal.is_finite() and decimal == int(decimal) else f"{decimal:f}"
        case datetime():
            return f"{celula:%d/%m/%Y %H:%M}".removesuffix(" 00:00")
        case date():
            return f"{celula:%d/%m/%Y}"
        case _:
            return str(celula)


def booleano(celula: Celula, formato: Formato) -> bool:
    palavra = normalizar(escrever(celula))
    if palavra in SIM or palavra in NAO:
        return palavra in SIM
    raise ValorInvalido(f'"{_curto(escrever(celula))}" não é sim nem não')


def opcao(celula: Celula, formato: Formato, *, opcoes: Mapping[str, str]) -> str:
    """`opcoes`: how people write a choice, normalised → the choice."""
    escolha = escrever(celula)
    try:
        return opcoes[normalizar(escolha)]
    except KeyError:
        conhecidas = ", ".join(dict.fromkeys(opcoes.values()))
        raise ValorInvalido(f'"{_curto(escolha)}" não é um dos valores possíveis: {conhecidas}') from None


def _curto(texto: str) -> str:
    return texto if len(texto) <= 60 else f"{texto[:57]}..."
