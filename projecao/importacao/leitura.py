"""A file → its rows of raw cells, read as a stream. What it is, its content says, not its name."""

import codecs
import csv
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import TextIOWrapper
from os import SEEK_END, PathLike
from pathlib import Path
from typing import BinaryIO

from openpyxl import load_workbook
from openpyxl.utils.datetime import WINDOWS_EPOCH

from projecao.importacao.erros import ArquivoInvalido
from projecao.importacao.valores import Celula, escrever, vazia

# It warns of styles, extensions and dates of cells that we do not read, or that we report by line.
warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")

TAMANHO_MAXIMO = 50 * 2**20
TAMANHO_MAXIMO_DESCOMPACTADO = 256 * 2**20
LINHAS_MAXIMAS = 300_000

ASSINATURA_ZIP = b"PK\x03\x04"
ASSINATURA_OLE = b"\xd0\xcf\x11\xe0"
"""The old .xls, and any workbook that has a password."""

LinhaCrua = tuple[int, Sequence[Celula]]


@dataclass(frozen=True)
class Tabela:
    cabecalho: list[str]
    linhas: Iterator[LinhaCrua]
    """(number of the row in the spreadsheet, its cells), without blank rows; to be read once."""
    ponto_e_virgula: bool = False
    epoca: datetime = WINDOWS_EPOCH


@contextmanager
def abrir(arquivo: str | PathLike | BinaryIO) -> Iterator[Tabela]:
    """A path, or a binary file that can seek (it stays open). Raises ArquivoInvalido, also while rows are read."""
    if isinstance(arquivo, str | PathLike):
        with _abrir_caminho(arquivo) as aberto, _tabela(aberto) as tabela:
            yield tabela
    else:
        with _tabela(arquivo) as tabela:
            yield tabela


def _abrir_caminho(caminho: str | PathLike) -> BinaryIO:
    try:
        return Path(caminho).open("rb")
    except OSError as erro:
        raise ArquivoInvalido(f"Não foi possível abrir {caminho}: {_motivo(erro)}.") from None


def _motivo(erro: OSError) -> str:
    if isinstance(erro, FileNotFoundError):
        return "o arquivo não existe"
    if isinstance(erro, IsADirectoryError):
        return "é uma pasta"
    if isinstance(erro, PermissionError):
        return "sem permissão de leitura"
    return str(erro)


def _tabela(arquivo: BinaryIO) -> AbstractContextManager[Tabela]:
    arquivo.seek(0, SEEK_END)
    tamanho = arquivo.tell()
    arquivo.seek(0)
    inicio = arquivo.read(4)
    arquivo.seek(0)
    if not tamanho:
        raise ArquivoInvalido("O arquivo está vazio.")
    if tamanho > TAMANHO_MAXIMO:
        raise ArquivoInvalido(f"O arquivo é grande demais: o máximo é {TAMANHO_MAXIMO // 2**20} MB. Divida-o.")
    if inicio == ASSINATURA_OLE:
        raise ArquivoInvalido("O arquivo é um .xls antigo ou tem senha. Salve-o como XLSX sem senha, ou como CSV.")
    return _xlsx(arquivo) if inicio == ASSINATURA_ZIP else _csv(arquivo)


def _montar(linhas: Iterable[Sequence[Celula]], **formato) -> Tabela:
    """The first row that is not blank is the header."""
    numeradas = _sem_brancas(linhas)
    primeira = next(numeradas, None)
    if primeira is None:
        raise ArquivoInvalido("O arquivo está vazio.")
    _, cabecalho = primeira
    return Tabela([escrever(celula) for celula in cabecalho], numeradas, **formato)


def _sem_brancas(linhas: Iterable[Sequence[Celula]]) -> Iterator[LinhaCrua]:
    cheias = 0
    for numero, celulas in enumerate(linhas, 1):
        if all(vazia(celula) for celula in celulas):
            continue
        cheias += 1
        if cheias > LINHAS_MAXIMAS + 1:
            raise ArquivoInvalido(f"O arquivo tem mais de {LINHAS_MAXIMAS} linhas. Divida-o.")
        yield numero, celulas


# CSV


@contextmanager
def _csv(arquivo: BinaryIO) -> Iterator[Tabela]:
    texto = TextIOWrapper(arquivo, encoding=_codificacao(arquivo), newline="")
    try:
        delimitador = _delimitador(texto)
        texto.seek(0)
        yield _montar(_linhas_do_csv(texto, delimitador), ponto_e_virgula=delimitador == ";")
    finally:
        texto.detach()  # else it would close a file that is not ours


def _codificacao(arquivo: BinaryIO) -> str:
    """UTF-8 is never mistaken for Windows-1252: any accent of the latter breaks the former."""
    inicio = arquivo.read(2)
    arquivo.seek(0)
    utf16 = inicio in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    for codificacao in ["utf-16"] if utf16 else ["utf-8-sig", "cp1252"]:
        decodificador = codecs.getincrementaldecoder(codificacao)()
        try:
            while bloco := arquivo.read(2**20):
                decodificador.decode(bloco)
            decodificador.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        else:
            return codificacao
        finally:
            arquivo.seek(0)
    raise ArquivoInvalido("O arquivo não é um XLSX nem um texto em UTF-8 ou Windows-1252.")


def _delimitador(texto: TextIOWrapper) -> str:
    primeira = next((linha for linha in texto if linha.strip()), "")
    fora_das_aspas = re.sub(r'"[^"]*"', "", primeira)
    return next((delimitador for delimitador in ";\t" if delimitador in fora_das_aspas), ",")


def _linhas_do_csv(texto: TextIOWrapper, delimitador: str) -> Iterator[list[str]]:
    # strict: an unpaired quote would otherwise swallow the rows that follow it, in silence.
    leitor = csv.reader(texto, delimiter=delimitador, strict=True)
    try:
        yield from leitor
    except csv.Error as erro:
        raise ArquivoInvalido(
            f"O CSV está malformado perto da linha {leitor.line_num} (aspas sem par, por exemplo): {erro}."
        ) from None


# XLSX


@contextmanager
def _xlsx(arquivo: BinaryIO) -> Iterator[Tabela]:
    _recusar_bomba(arquivo)
    with _erros_do_openpyxl():
        livro = load_workbook(arquivo, read_only=True, data_only=True)
    try:
        abas = [aba for aba in livro.worksheets if aba.sheet_state == "visible"]
        if not abas:
            raise ArquivoInvalido("O XLSX não tem nenhuma aba visível.")
        # Some programs write a wrong size of the sheet, and openpyxl believes it.
        abas[0].reset_dimensions()
        yield _montar(_linhas_da_aba(abas[0]), epoca=livro.epoch)
    finally:
        livro.close()


def _recusar_bomba(arquivo: BinaryIO) -> None:
    # zipfile never reads more of a member than its entry declares, so adding the declared sizes is enough.
    with _erros_do_openpyxl(), zipfile.ZipFile(arquivo) as zip_:
        tamanho = sum(membro.file_size for membro in zip_.infolist())
    if tamanho > TAMANHO_MAXIMO_DESCOMPACTADO:
        maximo = TAMANHO_MAXIMO_DESCOMPACTADO // 2**20
        raise ArquivoInvalido(f"O XLSX é grande demais: descompactado passa de {maximo} MB. Divida-o.")


def _linhas_da_aba(aba) -> Iterator[Sequence[Celula]]:
    with _erros_do_openpyxl():
        yield from aba.iter_rows(values_only=True)


@contextmanager
def _erros_do_openpyxl():
    """A damaged workbook makes openpyxl and zipfile raise almost anything."""
    try:
        yield
    except Exception as erro:
        raise ArquivoInvalido(f"O XLSX está danificado e não pôde ser lido ({type(erro).__name__}).") from erro
