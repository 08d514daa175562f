from datetime import timedelta
from decimal import Decimal
from io import StringIO
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from carteira.models import CarteiraPrincipal, Pedido, PreSeparacaoItem, Separacao
from estoque_site import demo
from producao.models import ProgramacaoProducao
from projecao import motor
from projecao.conf import hoje
from projecao.models import EstoqueAtual, EstoqueProjecaoCache, MovimentacaoEstoque, Produto, UnificacaoCodigos

CARIMBOS = {"id", "criado_em", "atualizado_em"}


def carregar(**opcoes) -> str:
    saida = StringIO()
    call_command("carregar_demo", stdout=saida, **opcoes)
    return saida.getvalue()


def conteudo(tabelas):
    return [
        [{k: v for k, v in vars(linha).items() if k not in CARIMBOS | {"_state"}} for linha in linhas]
        for linhas in tabelas
    ]


@pytest.fixture
def carregada(db):
    carregar(produtos=120)


def test_the_same_seed_and_day_make_the_same_demo():
    uma, mesma, outra = (demo.montar(60, semente, hoje()) for semente in (7, 7, 8))
    assert conteudo(uma.tabelas()) == conteudo(mesma.tabelas())
    assert conteudo(uma.tabelas()) != conteudo(outra.tabelas())


@pytest.mark.parametrize("produtos", [1, 2, 50, demo.CAPACIDADE])
def test_any_size_has_as_many_different_products(produtos):
    feitos = demo.catalogo.produtos(Random(1), produtos)
    assert len({produto.cod_produto for produto in feitos}) == produtos
    assert len({produto.nome_produto for produto in feitos}) == produtos
    assert all(produto.cod_produto.isdigit() and len(produto.cod_produto) == 7 for produto in feitos)


@pytest.mark.django_db
def test_it_says_what_it_made_and_projects_it():
    saida = carregar(produtos=100)
    assert Produto.objects.count() == 100 + UnificacaoCodigos.objects.count()
    assert EstoqueProjecaoCache.objects.count() == 100
    assert "linhas da carteira" in saida
    assert "100  produtos projetados" in saida


@pytest.mark.django_db
def test_a_demo_of_one_product():
    carregar(produtos=1)
    assert EstoqueProjecaoCache.objects.count() == 1


@pytest.mark.parametrize("produtos", [0, demo.CAPACIDADE + 1])
def test_refuses_sizes_that_it_cannot_make(produtos):
    with pytest.raises(CommandError, match="entre 1 e"):
        carregar(produtos=produtos)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "linha",
    [
        Produto(cod_produto="1"),
        MovimentacaoEstoque(cod_produto="1", tipo_movimentacao="ENTRADA", qtd_movimentacao=1),
        CarteiraPrincipal(num_pedido="1", cod_produto="1"),
    ],
    ids=lambda linha: type(linha).__name__,
)
def test_refuses_a_database_that_has_data(linha):
    linha.save()
    with pytest.raises(CommandError, match="já tem dados"):
        carregar(produtos=10)
    assert Produto.objects.count() == (type(linha) is Produto)


def test_stock_equals_the_ledger(carregada):
    destino = dict(UnificacaoCodigos.objects.values_list("codigo_origem", "codigo_destino"))
    assert destino
    somas: dict[str, Decimal] = {}
    ativas = MovimentacaoEstoque.objects.filter(ativo=True).order_by()
    for cod, soma in ativas.values_list("cod_produto").annotate(Sum("qtd_movimentacao")):
        somas[destino.get(cod, cod)] = somas.get(destino.get(cod, cod), 0) + round(Decimal(soma), 3)
    estoques = dict(EstoqueAtual.objects.values_list("cod_produto", "estoque"))
    assert {cod: estoques.get(cod, 0) for cod in somas} == somas
    assert estoques.keys() <= somas.keys()
    assert min(somas.values()) >= 0


def test_shares_of_short_and_tight_products(carregada):
    contagem = {
        status: EstoqueProjecaoCache.objects.filter(status_ruptura=status).count() / 120
        for status in EstoqueProjecaoCache.Status.values
    }
    assert 0.07 <= contagem[motor.CRITICO] <= 0.13
    assert 0.09 <= contagem[motor.ATENCAO] <= 0.16
    assert contagem[motor.OK] >= 0.7


def test_the_demand_that_the_demo_counted_is_the_one_that_is_projected(carregada):
    feita = demo.montar(120, 1, hoje())
    for linha in EstoqueProjecaoCache.objects.all():
        esperada = motor.projetar(hoje(), 0, feita.documentos.demandas[linha.pk])
        assert linha.projecao.saidas == esperada.saidas, linha.pk
        assert linha.projecao.saidas_sem_data == esperada.saidas_sem_data


def test_every_situation_is_there(carregada):
    assert set(Pedido.objects.values_list("status", flat=True)) == set(Pedido.Status.values)
    assert set(PreSeparacaoItem.objects.values_list("status", flat=True)) == set(PreSeparacaoItem.Status.values)
    tipos = set(MovimentacaoEstoque.objects.values_list("tipo_movimentacao", flat=True))
    assert tipos == set(MovimentacaoEstoque.Tipo.values)
    abertas = CarteiraPrincipal.objects.filter(ativo=True, separacao_lote_id=None)
    assert abertas.filter(expedicao__lt=hoje()).exists()
    assert abertas.filter(expedicao=None).exists()
    assert abertas.filter(expedicao__gt=hoje() + timedelta(days=28)).exists()
    assert CarteiraPrincipal.objects.filter(ativo=False).exists()
    assert Separacao.objects.filter(pedido__id=None).exists()
    assert Produto.objects.exclude(estoque_seguranca=None).exists()
    assert 4 <= ProgramacaoProducao.objects.values("linha_producao").distinct().count() <= 6
    assert all(dia.weekday() < 5 for dia in ProgramacaoProducao.objects.values_list("data_programacao", flat=True))


def test_open_lines_per_product(carregada):
    abertas = CarteiraPrincipal.objects.filter(ativo=True, qtd_saldo_produto_pedido__gt=0).count()
    assert 8 <= abertas / 120 <= 20
