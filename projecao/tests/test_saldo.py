"""EstoqueAtual follows its ledger in the same transaction, exactly, and under concurrency."""

import random
import threading
from decimal import Decimal

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import F

from projecao import saldo
from projecao.models import EstoqueAtual, MovimentacaoEstoque, UnificacaoCodigos, UnificacaoInvalida
from projecao.tests.fabrica import movimentar, unificar

pytestmark = pytest.mark.django_db


def estoques() -> dict[str, Decimal]:
    return dict(EstoqueAtual.objects.values_list("pk", "estoque"))


def test_entra_sai_muda_e_some_na_mesma_transacao():
    entrada = movimentar("A", "10.5")
    movimentar("A", "-3")
    assert estoques() == {"A": Decimal("7.5")}
    entrada.qtd_movimentacao = Decimal("1.25")
    entrada.save()
    assert estoques() == {"A": Decimal("-1.75")}
    entrada.delete()
    assert estoques() == {"A": Decimal("-3")}


def test_movimentacao_cancelada_fica_mas_nao_conta():
    movimento = movimentar("A", 10)
    MovimentacaoEstoque.objects.filter(pk=movimento.pk).update(ativo=False)
    assert estoques() == {"A": 0}
    assert MovimentacaoEstoque.objects.count() == 1


def test_mudar_de_produto_move_o_estoque():
    movimento = movimentar("A", 10)
    movimento.cod_produto = "B"
    movimento.save()
    assert estoques() == {"A": 0, "B": 10}


def test_update_fields_so_conta_o_que_foi_gravado():
    movimento = movimentar("A", 10)
    movimento.qtd_movimentacao = Decimal(99)
    movimento.observacao = "só isto"
    movimento.save(update_fields=["observacao"])
    assert estoques() == {"A": 10}


def test_quantidade_como_expressao():
    movimento = movimentar("A", 10)
    movimento.qtd_movimentacao = F("qtd_movimentacao") + 5
    movimento.save()
    MovimentacaoEstoque.objects.update(qtd_movimentacao=F("qtd_movimentacao") * 2)
    assert estoques() == {"A": 30}


def test_somas_sao_exatas():
    """0.1 + 0.2 in floats is not 0.3, and near 10^12 a float has no thousandths left to lose."""
    for _ in range(30):
        movimentar("A", "0.1")
    movimentar("B", "999999999999.999")
    for _ in range(50):
        movimentar("B", "-0.001")
    assert estoques() == {"A": Decimal("3.000"), "B": Decimal("999999999999.949")}


def test_transacao_desfeita_nao_deixa_nada():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        movimentar("A", 10)
        raise ZeroDivisionError
    assert estoques() == {}


def test_unificados_tem_um_so_estoque_e_voltam_a_ter_dois():
    movimentar("A", 10)
    movimentar("B", 5)
    unificacao = unificar("A", "B")
    assert estoques() == {"B": 15}
    movimentar("A", 1)
    MovimentacaoEstoque.objects.bulk_create(
        [MovimentacaoEstoque(cod_produto=cod, qtd_movimentacao=2, tipo_movimentacao="ENTRADA") for cod in "AB"]
    )
    assert estoques() == {"B": 20}
    unificacao.ativo = False
    unificacao.save()
    assert estoques() == {"A": 13, "B": 7}
    unificacao.delete()
    assert estoques() == {"A": 13, "B": 7}


@pytest.mark.parametrize(("origem", "destino"), [("C", "A"), ("B", "C"), ("B", "A")])
@pytest.mark.parametrize("em_lote", [False, True])
def test_sem_cadeias_nem_ciclos(origem, destino, em_lote):
    movimentar("A", 10)
    unificar("A", "B")
    nova = UnificacaoCodigos(codigo_origem=origem, codigo_destino=destino)
    with pytest.raises(UnificacaoInvalida), transaction.atomic():
        UnificacaoCodigos.objects.bulk_create([nova]) if em_lote else nova.save()
    assert estoques() == {"B": 10}


@pytest.mark.parametrize(("origem", "destino"), [("A", "C"), ("D", "D")])
def test_uma_origem_so_tem_um_destino_e_nao_e_ela_mesma(origem, destino):
    unificar("A", "B")
    with pytest.raises(IntegrityError), transaction.atomic():
        unificar(origem, destino)


def test_reconstruir_acha_a_verdade_no_razao():
    movimentar("A", 10)
    EstoqueAtual.objects.filter(pk="A").update(estoque=999)
    EstoqueAtual.objects.filter(pk="B").delete()
    saldo.reconstruir(["A", "B"])
    assert estoques() == {"A": 10, "B": 0}


def test_uma_movimentacao_custa_poucas_consultas(django_assert_num_queries):
    movimentar("A", 10)
    with django_assert_num_queries(3):  # the row, its stock, its mark
        movimentar("A", 1)


def test_muitas_movimentacoes_custam_as_mesmas_consultas(django_assert_num_queries):
    def criar(quantas):
        MovimentacaoEstoque.objects.bulk_create(
            [
                MovimentacaoEstoque(cod_produto=f"P{n % 100}", qtd_movimentacao=1, tipo_movimentacao="ENTRADA")
                for n in range(quantas)
            ]
        )

    criar(100)
    with django_assert_num_queries(9):
        criar(2)
    with django_assert_num_queries(9):
        criar(400)


def _em_paralelo(tarefa, quantas: int) -> list[Exception]:
    erros = []

    def correr(numero):
        try:
            tarefa(numero)
        except Exception as erro:
            erros.append(erro)
        finally:
            connection.close()

    fios = [threading.Thread(target=correr, args=(n,)) for n in range(quantas)]
    for fio in fios:
        fio.start()
    for fio in fios:
        fio.join()
    return erros


@pytest.mark.django_db(transaction=True)
def test_incrementos_concorrentes_nao_se_perdem():
    def escrever(numero):
        acaso = random.Random(numero)
        for _ in range(12):
            if acaso.random() < 0.5:
                movimentar(acaso.choice("ABC"), 1)
            else:
                MovimentacaoEstoque.objects.bulk_create(
                    [MovimentacaoEstoque(cod_produto=c, qtd_movimentacao=1, tipo_movimentacao="AJUSTE") for c in "CBA"]
                )

    assert _em_paralelo(escrever, 6) == []
    razao = saldo.somar_razao(saldo.unificacao.resolver("ABC"))
    assert {cod: int(qtd * 1000) for cod, qtd in estoques().items()} == dict(razao)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_unificar_enquanto_outros_movimentam():
    """The switch and the movements lock the same rows: none of them counts under a code that it left."""
    movimentar("A", 1)
    movimentar("B", 1)

    def escrever(numero):
        for passo in range(15):
            if numero == 0:
                unificacao = unificar("A", "B")
                unificacao.delete()
            else:
                movimentar("AB"[passo % 2], 1)

    assert _em_paralelo(escrever, 4) == []
    razao = saldo.somar_razao(saldo.unificacao.resolver("AB"))
    assert {cod: int(qtd * 1000) for cod, qtd in estoques().items()} == dict(razao)


@pytest.mark.parametrize("qtd", ["1.2345", "0.0005", "-0.0015", 0.1, 7, "2.6"])
def test_o_que_tem_mais_casas_e_arredondado_uma_vez(qtd):
    """The row, the ledger's sum and the stock round alike, on both databases."""
    movimento = movimentar("A", qtd)
    MovimentacaoEstoque.objects.bulk_create(
        [MovimentacaoEstoque(cod_produto="A", qtd_movimentacao=Decimal(qtd), tipo_movimentacao="AJUSTE")]
    )
    movimento.refresh_from_db()
    esperada = Decimal(str(qtd)).quantize(Decimal("0.001"), "ROUND_HALF_UP")
    assert movimento.qtd_movimentacao == esperada
    assert estoques().get("A", 0) == 2 * esperada
    MovimentacaoEstoque.objects.update(qtd_movimentacao=F("qtd_movimentacao") * Decimal("0.5"))
    conferir_com_o_razao("A")
    movimento.refresh_from_db()
    movimento.qtd_movimentacao = F("qtd_movimentacao") * Decimal("0.3333")
    movimento.save()
    conferir_com_o_razao("A")


def conferir_com_o_razao(cod):
    lido = sum(MovimentacaoEstoque.objects.filter(cod_produto=cod).values_list("qtd_movimentacao", flat=True))
    somado = saldo.somar_razao(saldo.unificacao.resolver([cod]))[cod]
    assert estoques().get(cod, Decimal(0)) == lido == Decimal(somado) / 1000


def test_reconstruir_olha_de_novo_depois_de_travar(monkeypatch):
    """A unification that is switched while we wait for the rows: what was resolved before no longer holds."""
    movimentar("P", 10)
    movimentar("Q", 2)
    travar = saldo.travar_linhas

    def travar_depois_que_alguem_unifica(*argumentos):
        monkeypatch.setattr(saldo, "travar_linhas", travar)
        unificar("P", "Q")
        return travar(*argumentos)

    monkeypatch.setattr(saldo, "travar_linhas", travar_depois_que_alguem_unifica)
    saldo.reconstruir(["P"])
    # The other one's work was undone with our savepoint, being in our transaction; what counts is that we retried.
    assert estoques() == {"P": 10, "Q": 2}


def test_estoque_que_nao_cabe_e_recusado():
    movimentar("A", "999999999999")
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        movimentar("A", "999999999999")
    assert estoques() == {"A": Decimal("999999999999")}


def test_muitos_produtos_de_uma_vez():
    """More codes than a statement of SQLite takes parameters, as an import of movements brings them."""
    cods = [f"M{n}" for n in range(12_000)]
    MovimentacaoEstoque.objects.bulk_create(
        [MovimentacaoEstoque(cod_produto=cod, qtd_movimentacao=1, tipo_movimentacao="ENTRADA") for cod in cods]
    )
    MovimentacaoEstoque.objects.filter(cod_produto__startswith="M1").update(qtd_movimentacao=2)
    assert EstoqueAtual.objects.filter(estoque=1).count() + EstoqueAtual.objects.filter(estoque=2).count() == 12_000
    MovimentacaoEstoque.objects.all().delete()
    assert not EstoqueAtual.objects.exclude(estoque=0).exists()
