"""The engine, on the core's own files; each kind's rules are tested beside its class."""

import threading
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from projecao.importacao.carga import importar
from projecao.importacao.erros import ArquivoInvalido, OpcaoInvalida, TipoDesconhecido
from projecao.models import (
    EstadoInterno,
    EstoqueAtual,
    MovimentacaoEstoque,
    Produto,
    RecalculoPendente,
    UnificacaoCodigos,
)

pytestmark = pytest.mark.django_db

MOVIMENTOS = "tipo_movimentacao;cod_produto;nome_produto;local_movimentacao;data_movimentacao;qtd_movimentacao\n"
ENTRADA = "Entrada;P1;Palmito;CD;01/11/2026;1.489,5\n"
SAIDA = "SAÍDA;P1;Palmito;CD;02/11/2026;-89,5\n"


@pytest.fixture
def arquivo(tmp_path):
    def escrever(texto, nome="arquivo.csv", codificacao="utf-8"):
        caminho = tmp_path / nome
        caminho.write_text(texto, encoding=codificacao)
        return caminho

    return escrever


def contas(resultado):
    return resultado.novas, resultado.alteradas, resultado.iguais, resultado.retiradas


def test_movimentacoes_movem_o_estoque(arquivo):
    resultado = importar("movimentacoes", arquivo(MOVIMENTOS + ENTRADA + SAIDA))
    assert (contas(resultado), resultado.gravado, resultado.erros) == ((2, 0, 0, 0), True, [])
    assert EstoqueAtual.objects.get(pk="P1").estoque == Decimal("1400")
    assert Produto.objects.get(pk="P1").nome_produto == "Palmito"
    assert RecalculoPendente.objects.filter(cod_produto="P1").exists()


def test_os_cabecalhos_surpreendentes_da_empresa(arquivo):
    colunas = ["COD_EMPRESA", "COD_PRODUTO", "DESCR_PRODUTO", "UN", "COD_LOCAL", "SALDO_ITEM"]
    cabecalho = ";".join(f"Column1.{coluna}" for coluna in colunas)
    importar("movimentacoes", arquivo(cabecalho + "\n" + "EST. INICIAL;P1;Palmito;CD;01/11/2026;5\n"))
    movimento = MovimentacaoEstoque.objects.get()
    assert movimento.tipo_movimentacao == MovimentacaoEstoque.Tipo.EST_INICIAL
    assert (movimento.local_movimentacao, movimento.data_movimentacao) == ("CD", date(2026, 11, 1))


def test_o_mesmo_movimento_nunca_conta_duas_vezes(arquivo):
    """Two identical rows are two movements; the same file again is none, and an overlapping file only its own."""
    importar("movimentacoes", arquivo(MOVIMENTOS + ENTRADA + ENTRADA))
    assert contas(importar("movimentacoes", arquivo(MOVIMENTOS + ENTRADA + ENTRADA))) == (0, 0, 2, 0)
    assert contas(importar("movimentacoes", arquivo(MOVIMENTOS + SAIDA + ENTRADA * 3))) == (2, 0, 2, 0)
    assert EstoqueAtual.objects.get(pk="P1").estoque == Decimal("1489.5") * 3 - Decimal("89.5")


def test_um_movimento_corrigido_aqui_nao_volta(arquivo):
    importar("movimentacoes", arquivo(MOVIMENTOS + ENTRADA))
    MovimentacaoEstoque.objects.update(ativo=False)
    assert contas(importar("movimentacoes", arquivo(MOVIMENTOS + ENTRADA))) == (0, 0, 1, 0)
    assert EstoqueAtual.objects.get(pk="P1").estoque == 0


def test_o_sinal_segue_o_tipo(arquivo):
    texto = MOVIMENTOS + "SAIDA;P1;;;01/11/2026;5\nENTRADA;P1;;;01/11/2026;-5\nDEVOLUÇÃO;P1;;;01/11/2026;5\n"
    erros = importar("movimentacoes", arquivo(texto)).erros
    assert [(erro.linha, erro.coluna) for erro in erros] == [
        (2, "qtd_movimentacao"),
        (3, "qtd_movimentacao"),
        (4, "tipo_movimentacao"),
    ]
    assert "negativa" in erros[0].motivo


def test_todos_os_erros_de_todas_as_linhas_e_nada_gravado(arquivo):
    texto = (
        "Cód.Produto;Descrição Produto;PALLETIZACAO;Ativo\nP1;Palmito;60;sim\n;"
        + "x" * 300
        + ";abc;talvez\nP1;Outro;1;\n"
    )
    resultado = importar("produtos", arquivo(texto))
    assert [(erro.linha, erro.coluna) for erro in resultado.erros] == [
        (3, "Cód.Produto"),
        (3, "Descrição Produto"),
        (3, "PALLETIZACAO"),
        (3, "Ativo"),
        (4, ""),
    ]
    assert "repete a linha 2" in resultado.erros[-1].motivo
    assert not resultado.gravado
    assert not Produto.objects.exists()


def test_parcial_guarda_as_boas(arquivo):
    resultado = importar("produtos", arquivo("cod_produto;palletizacao\nP1;60\nP2;abc\n"), parcial=True)
    assert (contas(resultado), resultado.gravado, len(resultado.erros)) == ((1, 0, 0, 0), True, 1)
    assert list(Produto.objects.values_list("pk", flat=True)) == ["P1"]


def test_so_muda_o_que_difere(arquivo):
    """Absent columns stay, an empty cell empties what may be empty, and one that may not says nothing."""
    Produto.objects.create(
        cod_produto="P1", nome_produto="Palmito", unidade="CX", palletizacao=60, peso_bruto=2, ativo=False
    )
    RecalculoPendente.objects.all().delete()
    resultado = importar("produtos", arquivo("cod_produto;nome_produto;palletizacao;peso_bruto;ativo\nP1;;;2,0;\n"))
    assert contas(resultado) == (0, 1, 0, 0)
    assert resultado.diferencas[0].campos == {"nome": ("Palmito", ""), "unidades por pallet": (60, None)}
    produto = Produto.objects.get()
    assert (produto.nome_produto, produto.palletizacao, produto.unidade, produto.ativo) == ("", None, "CX", False)
    RecalculoPendente.objects.all().delete()
    assert contas(importar("produtos", arquivo("cod_produto;nome_produto\nP1;\n"))) == (0, 0, 1, 0)
    assert not RecalculoPendente.objects.exists()


def test_simular_conta_o_mesmo_e_nao_grava(arquivo):
    Produto.objects.create(cod_produto="P1", nome_produto="Palmito")
    RecalculoPendente.objects.all().delete()
    caminho = arquivo("cod_produto;nome_produto\nP1;Outro\nP2;Novo\n")
    simulado = importar("produtos", caminho, simular=True)
    assert not simulado.gravado
    assert Produto.objects.get().nome_produto == "Palmito"
    assert not RecalculoPendente.objects.exists()
    assert not EstadoInterno.objects.filter(nome__startswith="importacao").exists()
    assert contas(importar("produtos", caminho)) == contas(simulado) == (1, 1, 0, 0)


def test_numero_de_consultas_nao_cresce_com_as_linhas(arquivo):
    medidas = []
    for quantas, prefixo in ((2, "A"), (400, "B")):
        linhas = "".join(f"{prefixo}{i};Produto {i}\n" for i in range(quantas))
        with CaptureQueriesContext(
            connection,
        ) as consultas:
            importar("produtos", arquivo("cod_produto;nome_produto\n" + linhas))
        medidas.append(len(consultas))
    assert medidas[1] <= medidas[0]


def test_brasileiro_pelo_conteudo(arquivo):
    """A comma decimal in any number makes the dots of the whole file group thousands; in names it says nothing."""
    importar("produtos", arquivo('cod_produto,palletizacao,peso_bruto\nP1,1.489,"2,5"\n'))
    importar("produtos", arquivo('cod_produto,nome_produto,palletizacao\nP2,"Lata 2,5",1.489\n'))
    assert Produto.objects.get(pk="P1").palletizacao == 1489
    assert Produto.objects.get(pk="P2").palletizacao == Decimal("1.489")


def test_virgula_decimal_sem_aspas_nao_desloca_colunas(arquivo):
    resultado = importar("produtos", arquivo("cod_produto,palletizacao\nP1,1.489,50\n"))
    assert [str(erro) for erro in resultado.erros] == ["Linha 2: tem mais células que o cabeçalho"]


def test_xlsx_com_codigos_numericos_e_textos(tmp_path):
    livro = Workbook()
    livro.active.append(["Cód.Produto", "PALLETIZACAO", "PESO BRUTO"])
    livro.active.append([4320162.0, "1.489,50", 0.1 + 0.2])
    livro.active.append(["AB-01", "1.489", 2])
    livro.save(tmp_path / "p.xlsx")
    importar("produtos", tmp_path / "p.xlsx")
    assert list(Produto.objects.values_list("pk", "palletizacao", "peso_bruto")) == [
        ("4320162", Decimal("1489.5"), Decimal("0.3")),
        ("AB-01", Decimal(1489), Decimal(2)),
    ]


@pytest.mark.parametrize(
    ("texto", "trecho"),
    [
        ("nome_produto;x\nPalmito;1\n", "Faltam colunas"),
        ("cod_produto;Código\nP1;P1\n", "são a mesma"),
        ("cod_produto;nome_produto\n", "só tem o cabeçalho"),
    ],
)
def test_cabecalhos_recusados(arquivo, texto, trecho):
    with pytest.raises(ArquivoInvalido, match=trecho):
        importar("produtos", arquivo(texto))


def test_tipo_e_opcao_recusados(arquivo):
    with pytest.raises(TipoDesconhecido, match="produtos, unificacao"):
        importar("produto", arquivo("a"))
    with pytest.raises(OpcaoInvalida):
        importar("produtos", arquivo("cod_produto\nP1\n"), substituir=True)


# Unifications


def test_unificacao_e_seus_erros_antes_de_gravar(arquivo):
    UnificacaoCodigos.objects.create(codigo_origem="V1", codigo_destino="V2")
    texto = "De - Codigo;Para - Codigo\nA;B\nB;C\nD;D\nX;V1\nV2;Z\nM;N\n"
    resultado = importar("unificacao", arquivo(texto))
    assert [(erro.linha, erro.coluna) for erro in resultado.erros] == [
        (2, "Para - Codigo"),
        (3, "De - Codigo"),
        (4, "Para - Codigo"),
        (5, "Para - Codigo"),
        (6, "De - Codigo"),
    ]
    assert "(linha 3)" in resultado.erros[0].motivo
    importar("unificacao", arquivo(texto), parcial=True)
    assert set(UnificacaoCodigos.objects.values_list("codigo_origem", flat=True)) == {"V1", "M"}


def test_parcial_reconsidera_o_que_uma_linha_recusada_deixaria(arquivo):
    """Line 2 would have moved A away from B; refused, it stays on B, so B cannot be unified either."""
    UnificacaoCodigos.objects.create(codigo_origem="A", codigo_destino="B")
    resultado = importar("unificacao", arquivo("de codigo;para codigo\nA;C\nC;E\nB;F\n"), parcial=True)
    assert {erro.linha for erro in resultado.erros} == {2, 3, 4}


def test_uma_unificacao_que_muda_abre_lugar_a_outra(arquivo):
    UnificacaoCodigos.objects.create(codigo_origem="A", codigo_destino="B")
    assert contas(importar("unificacao", arquivo("codigo_origem;codigo_destino\nB;C\nA;C\n"))) == (1, 1, 0, 0)
    assert set(UnificacaoCodigos.objects.values_list("codigo_origem", "codigo_destino")) == {("A", "C"), ("B", "C")}


def test_desligar_uma_unificacao(arquivo):
    UnificacaoCodigos.objects.create(codigo_origem="A", codigo_destino="B")
    resultado = importar("unificacao", arquivo("codigo_origem;codigo_destino;ativo\nA;B;não\n"))
    assert contas(resultado) == (0, 0, 0, 1)
    # A file that does not say whether it is on leaves it off.
    assert contas(importar("unificacao", arquivo("codigo_origem;codigo_destino\nA;B\n"))) == (0, 0, 1, 0)


# The command


def test_comando(arquivo, capsys):
    call_command("importar", "produtos", str(arquivo("cod_produto;cor\nP1;verde\n")))
    saida = capsys.readouterr().out
    assert "novas: 1" in saida
    assert "colunas ignoradas: cor" in saida


def test_comando_com_erros(arquivo, capsys):
    texto = "cod_produto;palletizacao\n" + "P;x\n" * 250
    with pytest.raises(CommandError, match="250 linha"):
        call_command("importar", "produtos", str(arquivo(texto)))
    erros = capsys.readouterr().err
    assert 'Linha 2, coluna "palletizacao"' in erros
    assert "mais 50 erros" in erros
    assert not Produto.objects.exists()


@pytest.mark.parametrize("argumentos", [["nada", "x.csv"], ["produtos", "/nao/existe.csv"]])
def test_comando_recusa_com_uma_frase(argumentos):
    with pytest.raises(CommandError):
        call_command("importar", *argumentos)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_duas_importacoes_ao_mesmo_tempo_contam_uma_vez(arquivo):
    caminho = arquivo(MOVIMENTOS + ENTRADA + SAIDA)
    resultados = []

    def trabalhar():
        try:
            resultados.append(contas(importar("movimentacoes", caminho)))
        finally:
            connections.close_all()

    linhas = [threading.Thread(target=trabalhar) for _ in range(2)]
    for linha in linhas:
        linha.start()
    for linha in linhas:
        linha.join()
    assert sorted(resultados) == [(0, 0, 2, 0), (2, 0, 0, 0)]
    assert EstoqueAtual.objects.get(pk="P1").estoque == 1400


def test_a_gravacao_diz_em_que_ponto_esta(arquivo, monkeypatch):
    monkeypatch.setattr("projecao.importacao.carga.LINHAS_POR_COMANDO", 2)
    passos = {}

    @contextmanager
    def progresso(total, etapa):
        passos[etapa] = [total]
        yield passos[etapa].append

    linhas = "".join(f"P{n};Produto {n}\n" for n in range(5))
    importar("produtos", arquivo("cod_produto;nome_produto\n" + linhas), progresso=progresso)
    assert passos["Gravando"] == [5, 0, 2, 2, 1, 0]  # nothing to change, then the new ones, a statement at a time
