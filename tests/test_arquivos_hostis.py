"""Files nobody would send on purpose, through every kind's import: a clear error or a right result, never half a file.

Also two files of one kind at once, files and workbooks that are too large, and hostile query strings of the pages.
"""

import io
import threading
import tracemalloc
import zipfile
from datetime import date
from itertools import islice

import pytest
from django.conf import settings as django_settings
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from projecao import pulso
from projecao.importacao import leitura
from projecao.importacao.carga import importar
from projecao.importacao.erros import ErroDeImportacao
from projecao.importacao.reconhecimento import reconhecer
from projecao.importacao.registro import planilhas
from projecao.models import Produto
from tests.acesso.objetos import COD, NUM, criar

pytestmark = pytest.mark.django_db

POUCO = settings(
    max_examples=25, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
EXEMPLOS = django_settings.BASE_DIR / "docs" / "exemplos"
TIPOS = ("produtos", "unificacao", "movimentacoes", "carteira", "pedidos", "separacoes", "pre_separacoes", "producao")
HOSTIS = [
    "\x00",
    "a\x00b",
    "=1+1",
    '=HYPERLINK("http://x")',
    "@SUM(A1)",
    "-",
    "1e400",
    "1E+12",
    "1000000000000",
    "999999999999,999",
    "-999999999999,999",
    "10" * 2500,
    "9" * 5000,
    "NaN",
    "Infinity",
    "٣٤",
    "1.2.3",
    "01/01/1900",
    "31/12/2999",
    "30/02/2026",
    "00/00/0000",
    "2026-13-45",
    "9999-12-31T23:59:59+14:00",
    "0001-01-01T00:00:00-14:00",
    "99999",
    "2958466",
    "\ud7ff",
    "\U0010ffff",
    "\u202e",
    "\ufeff",
    "x" * 40_000,
    '"',
    "\n",
    "\r",
    "",
    " ",
    "#REF!",
    "CANCELADO",
    "sim",
]
CELULAS = st.one_of(st.sampled_from(HOSTIS), st.text(max_size=30))
NUMEROS = st.one_of(
    st.floats(), st.integers(-(10**30), 10**30), st.booleans(), st.none(), st.dates(), st.datetimes(), st.times()
)


def tentar(tipo: str, conteudo: bytes, **opcoes) -> None:
    """Refused with a sentence, refused by row, or stored whole: and what was stored is what it says."""
    modelo = planilhas()[tipo].modelo
    antes = modelo.objects.count()
    try:
        with transaction.atomic():
            resultado = importar(tipo, io.BytesIO(conteudo), **opcoes)
    except ErroDeImportacao as erro:
        assert str(erro)
        assert modelo.objects.count() == antes
        return
    assert all(erro.motivo and erro.linha for erro in resultado.erros)
    if not resultado.gravado:
        assert modelo.objects.count() == antes
        assert resultado.erros or opcoes.get("simular")
    else:
        assert modelo.objects.count() == antes + resultado.novas
    if not opcoes.get("parcial") and resultado.erros:
        assert not resultado.gravado


def _em_csv(cabecalho, linhas) -> bytes:
    def citar(celula):
        return '"' + str(celula).replace('"', '""') + '"'

    texto = "\r\n".join(";".join(map(citar, linha)) for linha in [cabecalho, *linhas])
    return texto.encode("utf-8", "surrogatepass")


def _em_xlsx(cabecalho, linhas) -> bytes:
    livro = Workbook(write_only=True)
    aba = livro.create_sheet()
    for linha in [cabecalho, *linhas]:
        aba.append(linha)
    saida = io.BytesIO()
    livro.save(saida)
    return saida.getvalue()


def _titulos(tipo: str) -> list[str]:
    return [coluna.campo for coluna in planilhas()[tipo].colunas]


@pytest.mark.parametrize("tipo", TIPOS)
def test_celulas_hostis_num_csv(tipo):
    titulos = _titulos(tipo)

    @POUCO
    @given(
        linhas=st.lists(st.lists(CELULAS, min_size=len(titulos), max_size=len(titulos) + 1), min_size=1, max_size=4),
        parcial=st.booleans(),
    )
    def mandar(linhas, parcial):
        tentar(tipo, _em_csv(titulos, linhas), parcial=parcial)

    mandar()


@pytest.mark.parametrize("tipo", TIPOS)
def test_um_exemplo_com_uma_celula_trocada(tipo):
    """Nearly right: the hostile cell gets past the checks of the others, to the database."""
    with leitura.abrir(EXEMPLOS / f"{tipo}.csv") as tabela:
        cabecalho, boas = tabela.cabecalho, [list(celulas) for _, celulas in islice(tabela.linhas, 6)]

    @POUCO
    @given(linha=st.integers(0, len(boas) - 1), coluna=st.integers(0, len(cabecalho) - 1), celula=CELULAS)
    def mandar(linha, coluna, celula):
        trocadas = [list(boa) for boa in boas]
        trocadas[linha][coluna] = celula
        with transaction.atomic():
            tentar(tipo, _em_csv(cabecalho, trocadas))
            transaction.set_rollback(True)

    mandar()


@pytest.mark.parametrize("tipo", TIPOS)
def test_celulas_hostis_num_xlsx(tipo):
    titulos = _titulos(tipo)
    celulas = st.one_of(NUMEROS, st.sampled_from(["=1+1", "x" * 30_000, "31/12/2999", date(1900, 1, 1)]))

    @POUCO
    @given(linhas=st.lists(st.lists(celulas, min_size=len(titulos), max_size=len(titulos)), min_size=1, max_size=3))
    def mandar(linhas):
        try:
            conteudo = _em_xlsx(titulos, linhas)
        except (ValueError, OverflowError):  # openpyxl writes no such cell; Excel neither
            return
        tentar(tipo, conteudo, parcial=True)

    mandar()


@pytest.mark.parametrize("formato", ["csv", "xlsx"])
@pytest.mark.parametrize("tipo", TIPOS)
def test_um_arquivo_estragado_ou_cortado(tipo, formato):
    inteiro = (EXEMPLOS / f"{tipo}.{formato}").read_bytes()

    @POUCO
    @given(
        corte=st.integers(0, len(inteiro)),
        onde=st.integers(0, len(inteiro) - 1),
        remendo=st.binary(max_size=8),
    )
    def mandar(corte, onde, remendo):
        with transaction.atomic():
            tentar(tipo, inteiro[:corte])
            tentar(tipo, inteiro[:onde] + remendo + inteiro[onde + len(remendo) :])
            transaction.set_rollback(True)

    mandar()


@POUCO
@given(conteudo=st.one_of(st.binary(max_size=400), st.binary(max_size=200).map(leitura.ASSINATURA_ZIP.__add__)))
def test_bytes_quaisquer(conteudo):
    for tipo in ("", *TIPOS[:2]):
        try:
            reconhecer(io.BytesIO(conteudo), tipo)
        except ErroDeImportacao as erro:
            assert str(erro)


@pytest.mark.parametrize("codificacao", ["utf-16", "utf-16-be", "utf-32", "cp037", "shift_jis", "latin-1", "utf-7"])
def test_codificacoes_estranhas(codificacao):
    texto = "cod_produto;nome_produto\nA;Açaí\n" if codificacao != "shift_jis" else "cod_produto;nome_produto\nA;日本\n"
    tentar("produtos", texto.encode(codificacao))
    assert not any("\x00" in nome for nome in Produto.objects.values_list("nome_produto", flat=True))


def test_titulos_repetidos_dizem_quais():
    with pytest.raises(ErroDeImportacao, match="são a mesma"):
        importar("produtos", io.BytesIO(b"cod_produto;cod_produto;nome_produto\nA;B;C\n"))


# Size


def pico(funcao) -> float:
    """MB that it allocates at the most."""
    tracemalloc.start()
    try:
        funcao()
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


def recusar(arquivo):
    with pytest.raises(ErroDeImportacao, match="grande demais"):
        importar("produtos", arquivo)


def test_um_arquivo_de_100_mb_e_recusado_sem_ser_lido(tmp_path):
    caminho = tmp_path / "grande.csv"
    with caminho.open("wb") as saida:
        saida.write(b"cod_produto;nome_produto\n")
        saida.truncate(100 * 2**20)
    assert pico(lambda: recusar(caminho)) < 5


def bomba(tmp_path, tamanho: int):
    caminho = tmp_path / "bomba.xlsx"
    with zipfile.ZipFile(caminho, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as zip_:
        with zip_.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as membro:
            for _ in range(tamanho // 2**20):
                membro.write(bytes(2**20))
        for n, nome in enumerate(("[Content_Types].xml", "xl/workbook.xml")):
            zip_.writestr(nome, "<x/>" * n)
    return caminho


def test_uma_bomba_e_recusada_sem_ser_aberta(tmp_path):
    caminho = bomba(tmp_path, leitura.TAMANHO_MAXIMO_DESCOMPACTADO + 2**20)
    assert caminho.stat().st_size < 2**20
    assert pico(lambda: recusar(caminho)) < 5


def test_uma_celula_enorme_nao_toma_a_memoria():
    """Within the limit of what a workbook may unpack to, but one text: openpyxl holds it, and we say why not."""
    conteudo = b"cod_produto;nome_produto\nA;" + b"x" * (20 * 2**20) + b"\n"
    assert pico(lambda: tentar("produtos", conteudo)) < 200
    assert not Produto.objects.exists()


# At once


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("tipo", TIPOS)
def test_dois_arquivos_de_um_tipo_ao_mesmo_tempo(tipo):
    conteudo, desfechos = (EXEMPLOS / f"{tipo}.csv").read_bytes(), []
    largada = threading.Barrier(2)

    def trabalhar():
        try:
            largada.wait()
            desfechos.append(importar(tipo, io.BytesIO(conteudo)).novas)
        except ErroDeImportacao as erro:
            desfechos.append(str(erro))
        finally:
            connections.close_all()

    linhas = [threading.Thread(target=trabalhar) for _ in range(2)]
    for linha in linhas:
        linha.start()
    for linha in linhas:
        linha.join()
    novas = [desfecho for desfecho in desfechos if isinstance(desfecho, int)]
    assert len(desfechos) == 2
    assert planilhas()[tipo].modelo.objects.count() == sum(novas) == max(novas)


# Pages

FILTROS = ["status_ruptura", "busca", "dia_ruptura_ate", "linha_producao", "ordering", "page_size"]
PAGINAS = {
    "/admin/projecao/estoqueprojecaocache/portfolio": [*FILTROS, "page"],
    "/admin/projecao/estoqueprojecaocache/portfolio.csv": FILTROS,
    "/admin/projecao/estoqueprojecaocache/vivo": ["produto", "maquina"],
    "/admin/projecao/estoqueprojecaocache/": ["q", "o", "p", "status_ruptura", "dia_ruptura_from", "all", "e"],
    f"/admin/projecao/estoqueprojecaocache/{COD}/change/": ["quantidade", "data", "_changelist_filters", "_popup"],
    "/admin/carteira/carteiraprincipal/workspace/": ["q", "num", "pedido", "p"],
    f"/admin/carteira/carteiraprincipal/workspace/{NUM}": ["alterar", "incluir", "excluir", "alterado", "ver_efeito"],
    "/admin/carteira/carteiraprincipal/": [
        *("q", "o", "p", "expedicao_from", "expedicao_to", "qtd_saldo_produto_pedido_from", "expedicao__year"),
        *("expedicao__isempty", "ativo__exact", "estado", "id__exact", "expedicao__gte"),
    ],
    "/admin/projecao/movimentacaoestoque/": ["q", "o", "p", "data_movimentacao__year", "data_movimentacao_from"],
    "/admin/projecao/projecaodiaria/acuracia": ["por", "horizonte", "de", "ate", "busca", "linha_producao", "page"],
    "/admin/projecao/ocorrencia/": ["estado", "responsavel", "busca", "status", "page", "ordering"],
    "/admin/projecao/eventoderuptura/": ["q", "p", "tipo", "criado_em_from_0", "criado_em__year"],
    "/admin/projecao/importacao/": ["tipo", "situacao", "q", "p", "o"],
    "/admin/projecao/trabalho/": ["tipo", "tipo__exact", "estado__exact", "p", "id"],
    "/admin/search/": ["s", "q", "page"],
    "/admin/autocomplete/": ["app_label", "model_name", "field_name", "term", "page"],
    "/saude": ["q"],
}
VALORES = [
    *(texto for texto in HOSTIS if len(texto) < 6000),
    *("-1", "0", "9" * 12, "9" * 30, "-" + "9" * 30, "1 OR 1=1", "x" * 3000, "[]"),
]


@pytest.mark.parametrize("pagina", PAGINAS)
def test_nenhuma_consulta_hostil_quebra_uma_pagina(admin_client, pagina):
    criar()
    pulso.bater()  # that of `migrate` is as old as the run of the tests, and /saude says so
    for n, valor in enumerate(VALORES):
        # Alone, and each with another of them: every field meets every value.
        for campo in PAGINAS[pagina]:
            dados = {campo: valor} if n % 2 else {campo: valor, PAGINAS[pagina][n % len(PAGINAS[pagina])]: VALORES[-n]}
            resposta = admin_client.get(pagina, dados)
            assert resposta.status_code < 500, (dados, resposta.status_code)
