import io
import zipfile
from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from projecao.importacao import leitura
from projecao.importacao.erros import ArquivoInvalido

TEXTO = "Código;Descrição\r\n1;Palmito\r\n"


def abrir(tmp_path, conteudo: bytes):
    caminho = tmp_path / "arquivo"
    caminho.write_bytes(conteudo)
    with leitura.abrir(caminho) as tabela:
        return tabela.cabecalho, list(tabela.linhas)


@pytest.mark.parametrize("codificacao", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_codificacoes(tmp_path, codificacao):
    assert abrir(tmp_path, TEXTO.encode(codificacao)) == (["Código", "Descrição"], [(2, ["1", "Palmito"])])


@pytest.mark.parametrize("delimitador", [";", ",", "\t"])
def test_delimitadores(tmp_path, delimitador):
    cabecalho, linhas = abrir(
        tmp_path, delimitador.join(["a", '"b;,\t"']).encode() + b"\n1" + delimitador.encode() + b"2"
    )
    assert cabecalho == ["a", "b;,\t".strip()]
    assert linhas == [(2, ["1", "2"])]


def test_linhas_como_a_planilha_as_numera(tmp_path):
    """A cell with a line break is one row of the spreadsheet; a blank line is one too, and is skipped."""
    _, linhas = abrir(tmp_path, b'a;b\n"x\ny";1\n\n;\n2;3\n')
    assert linhas == [(2, ["x\ny", "1"]), (5, ["2", "3"])]


@pytest.mark.parametrize(
    ("conteudo", "trecho"),
    [
        (b"", "vazio"),
        (b" \n;;\n", "vazio"),
        (b'a;b\n"x;1\n2;3\n', "malformado"),
        (b"\x81\x8d", "Windows-1252"),
        (b"\xd0\xcf\x11\xe0resto", ".xls antigo"),
        (b"PK\x03\x04lixo", "danificado"),
        (b"a;" + b"x" * 200_000, "malformado"),
    ],
)
def test_arquivos_recusados(tmp_path, conteudo, trecho):
    with pytest.raises(ArquivoInvalido, match=trecho):
        abrir(tmp_path, conteudo)


def test_xlsx(tmp_path):
    livro = Workbook()
    livro.active.append(["Código", None, "Data"])
    livro.active.append([])
    livro.active.append([4320162, None, datetime.fromisoformat("2026-11-24 16:36")])
    livro.create_sheet("Outra").append(["não", "lida"])
    livro.save(tmp_path / "a.xlsx")
    cabecalho, linhas = abrir(tmp_path, (tmp_path / "a.xlsx").read_bytes())
    assert cabecalho == ["Código", "", "Data"]
    assert [(numero, list(celulas)) for numero, celulas in linhas] == [
        (3, [4320162, None, datetime.fromisoformat("2026-11-24 16:36")])
    ]


def test_xlsx_sem_a_aba(tmp_path):
    livro, escrito = Workbook(), io.BytesIO()
    livro.save(escrito)
    with zipfile.ZipFile(escrito) as origem, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as destino:
        for nome in origem.namelist():
            destino.writestr(nome, b"<quebrado" if "sheet1" in nome else origem.read(nome))
    with pytest.raises(ArquivoInvalido, match="danificado|vazio"):
        abrir(tmp_path, (tmp_path / "b.xlsx").read_bytes())


def test_limites(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "bomba.xlsx", "w", zipfile.ZIP_DEFLATED) as bomba:
        bomba.writestr("xl/worksheets/sheet1.xml", b"0" * 2**20)
    monkeypatch.setattr(leitura, "TAMANHO_MAXIMO_DESCOMPACTADO", 2**19)
    with pytest.raises(ArquivoInvalido, match="descompactado"):
        abrir(tmp_path, (tmp_path / "bomba.xlsx").read_bytes())
    monkeypatch.setattr(leitura, "LINHAS_MAXIMAS", 2)
    with pytest.raises(ArquivoInvalido, match="mais de 2 linhas"):
        abrir(tmp_path, b"a\n1\n2\n3\n")
    monkeypatch.setattr(leitura, "TAMANHO_MAXIMO", 3)
    with pytest.raises(ArquivoInvalido, match="grande demais"):
        abrir(tmp_path, b"a\n1\n2\n3\n")


def test_um_arquivo_enviado_continua_aberto():
    enviado = SimpleUploadedFile("carteira.csv", TEXTO.encode("cp1252"))
    with leitura.abrir(enviado) as tabela:
        assert list(tabela.linhas) == [(2, ["1", "Palmito"])]
    enviado.seek(0)
    assert enviado.read() == TEXTO.encode("cp1252")


def test_caminhos_que_nao_abrem(tmp_path):
    for caminho, trecho in ((tmp_path / "nada", "não existe"), (tmp_path, "pasta")):
        with pytest.raises(ArquivoInvalido, match=trecho), leitura.abrir(caminho):
            pass
