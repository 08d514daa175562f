"""Files that people send, from the upload to the stored rows: works, races, kept files. The pages are tests/'s."""

import threading
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.utils import timezone

from projecao import andamento, importacoes, trabalhos
from projecao.importacao import carga, execucao
from projecao.importacao.erros import ArquivoInvalido
from projecao.importacao.reconhecimento import reconhecer
from projecao.importacao.registro import planilhas
from projecao.importacoes import SituacaoMudou
from projecao.models import (
    EstoqueAtual,
    Importacao,
    MovimentacaoEstoque,
    Produto,
    Situacao,
    Trabalho,
    UnificacaoCodigos,
)
from projecao.planilhas import Movimentacoes, Produtos
from projecao.tests.fabrica import unificar
from projecao.trabalhos import ACOES, Acao

pytestmark = pytest.mark.django_db

PRODUTOS = "cod_produto;nome_produto;palletizacao\nA;Palmito;60\nB;Azeitona;48,5\n"
RUIM = PRODUTOS + "C;Cogumelo;muito\n"
ENTRADA = "tipo_movimentacao;cod_produto;data_movimentacao;qtd_movimentacao\nENTRADA;A;01/11/2026;1.489,5\n"


def enviar(texto, classe=Produtos, usuario=None, nome="arquivo.csv", **opcoes):
    return importacoes.receber(BytesIO(texto.encode()), nome, classe, usuario, **opcoes)


def reler(importacao):
    return Importacao.objects.com_situacao().select_related("conferencia", "gravacao").get(pk=importacao.pk)


def conferida(texto=PRODUTOS, classe=Produtos, **opcoes):
    importacao = enviar(texto, classe, **opcoes)
    trabalhos.executar_pendentes()
    return reler(importacao)


def confirmar(importacao):
    importacoes.confirmar(importacao.pk, importacao.conferencia_id, None)
    return reler(importacao)


def contas(dados):
    return {nome: valor for nome, valor in dados["contas"].items() if valor}


def test_a_file_is_looked_at_and_nothing_is_stored_before_it_is_confirmed(usuario):
    importacao = enviar(PRODUTOS, usuario=usuario)
    assert reler(importacao).situacao == Situacao.CONFERINDO
    trabalhos.executar_pendentes()
    importacao = reler(importacao)
    assert importacao.situacao == Situacao.A_CONFIRMAR and contas(importacao.previa) == {"novas": 2}
    assert not Produto.objects.exists()
    importacao = confirmar(importacao)
    assert importacao.situacao == Situacao.GRAVANDO and importacao.guardado
    trabalhos.executar_pendentes()
    importacao = reler(importacao)
    assert importacao.situacao == Situacao.GRAVADA and contas(importacao.resultado) == {"novas": 2}
    assert not importacao.guardado
    assert list(Produto.objects.values_list("cod_produto", "palletizacao")) == [("A", 60), ("B", 48.5)]
    assert importacao.criado_por == usuario


def test_the_preview_says_what_differs_as_brazilians_write_it():
    Produto.objects.create(cod_produto="A", nome_produto="Palmito inteiro", palletizacao=1489)
    previa = conferida().previa
    assert previa["diferencas"] == [
        ["alterada", 2, "A", [["nome", "Palmito inteiro", "Palmito"], ["unidades por pallet", "1.489", "60"]]],
        ["nova", 3, "B", [["nome", "", "Azeitona"], ["unidades por pallet", "", "48,5"]]],
    ]


def test_bad_rows_refuse_the_file_until_only_the_good_ones_are_asked_for():
    importacao = conferida(RUIM)
    assert importacao.situacao == Situacao.RECUSADA
    assert importacao.previa["erros"] == [[4, "palletizacao", '"muito" não é um número']]
    with pytest.raises(SituacaoMudou):
        confirmar(importacao)
    importacoes.conferir_de_novo(importacao.pk, None, parcial=True)
    trabalhos.executar_pendentes()
    importacao = reler(importacao)
    assert importacao.situacao == Situacao.A_CONFIRMAR
    assert contas(importacao.previa) == {"novas": 2, "linhas_com_erro": 1}
    confirmar(importacao)
    trabalhos.executar_pendentes()
    assert reler(importacao).situacao == Situacao.GRAVADA
    assert set(Produto.objects.values_list("pk", flat=True)) == {"A", "B"}


def test_the_same_file_again_has_nothing_to_store():
    confirmar(conferida())
    trabalhos.executar_pendentes()
    importacao = conferida()
    assert importacao.situacao == Situacao.SEM_MUDANCAS and contas(importacao.previa) == {"iguais": 2}


def test_what_is_true_when_it_is_confirmed_is_stored():
    importacao = confirmar(conferida())
    Produto.objects.create(cod_produto="A", nome_produto="Outro", palletizacao=60)
    trabalhos.executar_pendentes()
    resultado = reler(importacao).resultado
    assert contas(resultado) == {"novas": 1, "alteradas": 1}
    assert Produto.objects.get(pk="A").nome_produto == "Palmito"


def test_rows_that_became_bad_before_the_storing_refuse_it_whole():
    texto = "codigo_origem;codigo_destino\nA;B\nX;Y\n"
    importacao = confirmar(conferida(texto, planilhas()["unificacao"]))
    unificar("B", "C")
    trabalhos.executar_pendentes()
    importacao = reler(importacao)
    assert importacao.situacao == Situacao.RECUSADA and importacao.guardado
    assert "não pode ser destino" in importacao.resultado["erros"][0][2]
    assert UnificacaoCodigos.objects.count() == 1


def test_confirming_twice_stores_once():
    importacao = conferida(ENTRADA, Movimentacoes)
    confirmar(importacao)
    with pytest.raises(SituacaoMudou):
        confirmar(importacao)
    assert Trabalho.objects.filter(tipo=Trabalho.Tipo.GRAVAR_ARQUIVO).count() == 1
    trabalhos.executar_pendentes()
    with pytest.raises(SituacaoMudou):
        confirmar(importacao)
    assert MovimentacaoEstoque.objects.count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_confirm_at_once():
    importacao = conferida(ENTRADA, Movimentacoes)
    juntas, respostas = threading.Barrier(2, timeout=30), []

    def aba():
        juntas.wait()
        try:
            importacoes.confirmar(importacao.pk, importacao.conferencia_id, None)
            respostas.append("confirmou")
        except SituacaoMudou:
            respostas.append("tarde")
        finally:
            connection.close()

    abas = [threading.Thread(target=aba) for _ in range(2)]
    for linha in abas:
        linha.start()
    for linha in abas:
        linha.join()
    assert sorted(respostas) == ["confirmou", "tarde"]
    assert Trabalho.objects.filter(tipo=Trabalho.Tipo.GRAVAR_ARQUIVO).count() == 1


def test_a_page_whose_preview_was_asked_for_again_confirms_nothing():
    velha = conferida(RUIM, parcial=True)
    importacoes.conferir_de_novo(velha.pk, None)
    trabalhos.executar_pendentes()
    with pytest.raises(SituacaoMudou, match="conferido de novo"):
        confirmar(velha)


def test_what_was_discarded_is_gone():
    importacao = conferida()
    importacoes.descartar(importacao.pk)
    descartada = reler(importacao)
    assert descartada.situacao == Situacao.DESCARTADA and not descartada.guardado
    for decidir in (lambda: confirmar(importacao), lambda: importacoes.descartar(importacao.pk)):
        with pytest.raises(SituacaoMudou):
            decidir()


class Morte(BaseException):
    """What kill -9 is to the code that runs: nothing of it is caught, and nothing goes on."""


def test_a_worker_that_dies_between_the_rows_and_the_outcome_leaves_nothing_and_another_stores_once(monkeypatch):
    importacao = confirmar(conferida(ENTRADA, Movimentacoes))

    def gravar_e_morrer(trabalho, relator):
        execucao.gravar(trabalho, relator)
        raise Morte

    with monkeypatch.context() as troca:
        troca.setitem(ACOES, Trabalho.Tipo.GRAVAR_ARQUIVO, Acao(gravar_e_morrer, em_uma_transacao=True))
        with pytest.raises(Morte):
            trabalhos.executar_pendentes()
    importacao = reler(importacao)
    assert importacao.situacao == Situacao.GRAVANDO and importacao.guardado and importacao.resultado is None
    assert not MovimentacaoEstoque.objects.exists() and not EstoqueAtual.objects.exists()

    Trabalho.objects.filter(pk=importacao.gravacao_id).update(iniciado_em=timezone.now() - timedelta(hours=1))
    monkeypatch.setattr(trabalhos.andamento, "ler", lambda pk: andamento.Andamento())
    trabalhos.executar_pendentes()
    assert reler(importacao).situacao == Situacao.GRAVADA
    assert MovimentacaoEstoque.objects.count() == 1 and EstoqueAtual.objects.get(pk="A").estoque == 1489.5
    trabalhos.executar_pendentes()
    assert MovimentacaoEstoque.objects.count() == 1


def test_an_error_half_way_through_the_rows_stores_none_of_them(monkeypatch):
    importacao = confirmar(conferida())
    original = carga._conhecer_produtos

    def quebrar(novos):
        assert Produto.objects.count() == 2  # they are there, until the transaction ends
        raise RuntimeError("disco cheio")

    monkeypatch.setattr(carga, "_conhecer_produtos", quebrar)
    trabalhos.executar_pendentes()
    importacao = reler(importacao)
    assert importacao.situacao == Situacao.FALHOU and "disco cheio" in importacao.gravacao.erro
    assert importacao.guardado and not Produto.objects.exists()
    monkeypatch.setattr(carga, "_conhecer_produtos", original)
    importacoes.conferir_de_novo(importacao.pk, None)
    trabalhos.executar_pendentes()
    confirmar(reler(importacao))
    trabalhos.executar_pendentes()
    assert Produto.objects.count() == 2


def test_errors_beyond_those_kept_are_counted(monkeypatch):
    monkeypatch.setattr(execucao, "ERROS_GUARDADOS", 3)
    texto = "cod_produto;palletizacao\n" + "".join(f"P{n};x\n" for n in range(10))
    previa = conferida(texto).previa
    assert (len(previa["erros"]), previa["total_de_erros"], previa["contas"]["linhas_com_erro"]) == (3, 10, 10)


def test_a_nul_in_the_file_is_a_bad_row_and_no_broken_page():
    previa = conferida("cod_produto;palletizacao;es\0tranha\nA;1\0;x\n").previa
    assert previa["erros"] == [[2, "palletizacao", '"1\ufffd" não é um número']]
    assert previa["colunas_ignoradas"] == ["es\ufffdtranha"]


def test_names_of_files_are_names_and_fit():
    assert enviar(PRODUTOS, nome="C:\\temp\\minha pasta\\Produtos é.csv").nome_arquivo == "Produtos é.csv"
    assert enviar(PRODUTOS, nome=f"{'a' * 300}.csv").nome_arquivo.endswith("aaa.csv")


def test_unconfirmed_files_are_forgotten_after_a_day_and_imports_with_the_log():
    esperando, recusada, nova = conferida(), conferida(RUIM), conferida()
    ontem = timezone.now() - timedelta(hours=importacoes.HORAS_GUARDADO + 1)
    Importacao.objects.filter(pk__in=[esperando.pk, recusada.pk]).update(criado_em=ontem)
    em_andamento = enviar(PRODUTOS)
    Importacao.objects.filter(pk=em_andamento.pk).update(criado_em=ontem)
    assert importacoes.esquecer_antigas() == 0
    situacoes = {pk: (reler(i).situacao, reler(i).guardado) for pk, i in enumerate((esperando, recusada, nova))}
    assert situacoes == {
        0: (Situacao.DESCARTADA, False),
        1: (Situacao.RECUSADA, False),
        2: (Situacao.A_CONFIRMAR, True),
    }
    assert reler(em_andamento).guardado
    with pytest.raises(SituacaoMudou, match="não está mais guardado"):
        importacoes.conferir_de_novo(recusada.pk, None)
    Importacao.objects.update(criado_em=timezone.now() - timedelta(days=31))
    importacoes.esquecer_antigas()
    assert list(Importacao.objects.values_list("pk", flat=True)) == [em_andamento.pk]


# What a file is


@pytest.mark.parametrize("formato", ["csv", "xlsx"])
def test_every_sample_is_recognised_by_its_header(settings, formato):
    exemplos = {tipo: settings.BASE_DIR / "docs" / "exemplos" / f"{tipo}.{formato}" for tipo in planilhas()}
    assert {tipo: reconhecer(arquivo).tipo for tipo, arquivo in exemplos.items()} == {tipo: tipo for tipo in exemplos}


def test_a_header_that_may_be_of_several_kinds_asks_which():
    with pytest.raises(ArquivoInvalido, match="pode ser de Pré-separações ou Separações. Escolha o tipo."):
        reconhecer(BytesIO("Lote;Pedido;Código;Quantidade\n".encode()))


@pytest.mark.parametrize("texto", ["a;b\n1;2\n", "%PDF-1.4\n"])
def test_a_header_of_no_kind_is_named(texto):
    with pytest.raises(ArquivoInvalido, match="não são de nenhum tipo"):
        reconhecer(BytesIO(texto.encode()))


def test_a_chosen_kind_says_which_columns_are_missing():
    with pytest.raises(ArquivoInvalido, match="Faltam colunas no arquivo de movimentacoes: .*qtd_movimentacao"):
        reconhecer(BytesIO(PRODUTOS.encode()), "movimentacoes")
