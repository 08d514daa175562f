"""Rows in bulk past the ORM: what they hold is what the ORM would have stored."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from projecao import copia
from projecao.models import EstoqueAtual, EstoqueProjecaoCache, MovimentacaoEstoque, Produto, RecalculoPendente
from projecao.recalculo import Linha

pytestmark = pytest.mark.django_db

ESTRANHOS = [
    'aspas "duplas"',
    "barra \\ invertida",
    "{chaves, e vírgula}",
    "NULL",
    "é 5",
    "quebra\nde linha\t",
    "' --",
    "%s",
]


def linha(cod: str, versao: int, **outros) -> Linha:
    zero = Decimal("0.000")
    base = Linha(cod, date(2026, 1, 2), [], zero, zero, zero, None, "OK", zero, zero, zero, versao, timezone.now(), 1.5)
    return base._replace(**outros)


@pytest.mark.parametrize("quantas", [1, len(ESTRANHOS)])
def test_acrescenta_o_que_lhe_dao(quantas):
    agora = timezone.now()
    linhas = [(cod, "teste", agora, 0, cod) for cod in ESTRANHOS[:quantas]]
    copia.acrescentar(RecalculoPendente, ("cod_produto", "motivo", "criado_em", "tentativas", "erro"), linhas)
    colunas = ("cod_produto", "erro", "criado_em", "disponivel_em")
    guardadas = RecalculoPendente.objects.order_by("id").values_list(*colunas)
    assert list(guardadas) == [(cod, cod, agora, None) for cod in ESTRANHOS[:quantas]]


@pytest.mark.parametrize("quantas", [1, len(ESTRANHOS)])
def test_sobrepoe_por_chave(quantas):
    cods, agora = ESTRANHOS[:quantas], timezone.now()
    for saldo in (Decimal("-1.250"), Decimal("999999999999.999")):
        linhas = [(cod, saldo, agora) for cod in cods]
        assert copia.sobrepor(EstoqueAtual, ("cod_produto", "estoque", "atualizado_em"), linhas) == quantas
        assert dict(EstoqueAtual.objects.values_list("pk", "estoque")) == dict.fromkeys(cods, saldo)
    assert copia.sobrepor(EstoqueAtual, ("cod_produto", "estoque", "atualizado_em"), []) == 0


@pytest.mark.parametrize("quantas", [1, 3])
def test_uma_linha_da_projecao_volta_como_foi(quantas):
    linhas = [
        linha(cod, 1, dias=[[0, 5000, 0], [28, 0, 1]], dia_ruptura=date(2026, 1, 9), estoque_atual=Decimal("-7.125"))
        for cod in ESTRANHOS[:quantas]
    ]
    assert copia.sobrepor(EstoqueProjecaoCache, Linha._fields, linhas, versao="versao") == quantas
    assert sorted(Linha.de(guardada) for guardada in EstoqueProjecaoCache.objects.all()) == sorted(linhas)


@pytest.mark.postgresql
@pytest.mark.parametrize("cods", [["A"], ["A", "B"]])
def test_quem_chega_com_a_mesma_versao_nao_sobrepoe(cods):
    """Both found no row; the one that stores last may have read first."""
    copia.sobrepor(EstoqueProjecaoCache, Linha._fields, [linha("A", 1, estoque_atual=Decimal(1))], versao="versao")
    atrasadas = [linha(cod, 1, estoque_atual=Decimal(2)) for cod in cods]
    assert copia.sobrepor(EstoqueProjecaoCache, Linha._fields, atrasadas, versao="versao") == len(cods) - 1
    assert EstoqueProjecaoCache.objects.get(pk="A").estoque_atual == 1


@pytest.mark.parametrize("cods", [ESTRANHOS, ESTRANHOS[:1], tuple(ESTRANHOS), dict.fromkeys(ESTRANHOS).keys()])
def test_procura_por_muitos_codigos(cods):
    Produto.objects.bulk_create([Produto(cod_produto=cod) for cod in [*ESTRANHOS, "outro"]])
    assert set(Produto.objects.filter(cod_produto__in=cods).values_list("pk", flat=True)) == set(cods)
    assert Produto.objects.exclude(cod_produto__in=cods).filter(pk="outro").exists()
    assert not Produto.objects.filter(cod_produto__in=[]).exists()
    assert not Produto.objects.filter(cod_produto__in=[None]).exists()
    subconsulta = Produto.objects.filter(pk__in=cods).values("cod_produto")
    assert MovimentacaoEstoque.objects.filter(cod_produto__in=subconsulta).count() == 0
