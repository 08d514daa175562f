import random
import statistics
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from producao.models import ProgramacaoProducao
from projecao import compactacao, historico, recalculo
from projecao.conf import hoje
from projecao.models import MovimentacaoEstoque, ProjecaoDiaria, ResumoMensal
from projecao.models.historico import HORIZONTES
from projecao.servico import ServicoProjecaoEstoque
from projecao.tests.fabrica import movimentar, unificar

INICIO = date(2026, 1, 10)


def em(dia: date, hora=12):
    return time_machine.travel(datetime.combine(dia, time(hora), timezone.get_current_timezone()), tick=False)


def finais(cod):
    projecao = ServicoProjecaoEstoque.obter_projecao(cod)
    return {dia["data"]: dia["estoque_final"] for dia in projecao["projecao"]}


@pytest.mark.django_db
def test_the_last_state_of_a_day_is_kept_when_it_turns_also_by_a_drain():
    with em(INICIO):
        movimentar("A", 10)
        movimentar("B", 7)
        recalculo.drenar()
        movimentar("A", 5)
        recalculo.drenar()
        assert not ProjecaoDiaria.objects.exists()
    with em(INICIO + timedelta(days=1)):
        movimentar("A", 1)  # its row is rolled by the queue, before the roll of all
        recalculo.drenar()
        recalculo.avancar_dia()
        recalculo.avancar_dia()
        kept = ProjecaoDiaria.objects.order_by("cod_produto").values_list("cod_produto", "data_base", "estoque_atual")
        assert list(kept) == [("A", INICIO, 15), ("B", INICIO, 7)]


@pytest.mark.django_db
def test_a_clock_set_back_keeps_nothing_of_the_future():
    with em(INICIO):
        movimentar("A", 10)
        recalculo.drenar()
    with em(INICIO - timedelta(days=1)):
        recalculo.avancar_dia()
        assert not ProjecaoDiaria.objects.exists()


@pytest.mark.django_db
def test_a_roll_that_fails_keeps_nothing(monkeypatch):
    with em(INICIO):
        movimentar("A", 10)
        recalculo.drenar()
    with em(INICIO + timedelta(days=1)):
        monkeypatch.setattr("projecao.fila.concluir", lambda marcas: 1 / 0)
        recalculo.avancar_dia()
        assert not ProjecaoDiaria.objects.exists()


@pytest.mark.django_db
def test_a_late_movement_changes_what_its_day_came_to():
    with em(INICIO):
        movimentar("A", 10)
        recalculo.drenar()
    with em(INICIO + timedelta(days=1)):
        recalculo.avancar_dia()
        assert historico.apurar() == 1
        assert historico.apurar() == 0
        assert ProjecaoDiaria.objects.get().realizado == 10
        movimentar("A", -4, data_movimentacao=INICIO)
        assert historico.apurar() == 1
        assert ProjecaoDiaria.objects.get().realizado == 6


@pytest.mark.django_db
def test_a_code_that_was_unified_keeps_what_its_days_came_to():
    with em(INICIO):
        movimentar("A", 10)
        recalculo.drenar()
    with em(INICIO + timedelta(days=1)):
        recalculo.avancar_dia()
        historico.apurar()
        movimentar("B", 90, data_movimentacao=INICIO)
        unificar("A", "B")
        historico.apurar()
        assert ProjecaoDiaria.objects.get(cod_produto="A").realizado == 10


def viver(dias: int, cods=("A", "B", "C")):
    """A life of so many days, with the nightly jobs; day → code → what was projected, as the API said it last."""
    sorteio, vistas = random.Random(7), {}
    for n in range(dias):
        dia = INICIO + timedelta(days=n)
        with em(dia, 0):
            recalculo.avancar_dia()
        with em(dia, 3):
            compactacao.compactar()
        with em(dia):
            for cod in cods:
                movimentar(cod, Decimal(sorteio.randint(-20_000, 20_000)).scaleb(-3))
                if sorteio.random() < 0.5:
                    ProgramacaoProducao.objects.create(
                        cod_produto=cod,
                        data_programacao=dia + timedelta(days=sorteio.randint(0, 30)),
                        qtd_programada=Decimal(sorteio.randint(1, 30_000)).scaleb(-3),
                    )
            recalculo.drenar()
            vistas[dia] = {cod: finais(cod) for cod in cods}
    return vistas


@pytest.mark.django_db
def test_ninety_days_leave_thirty_and_sums_that_equal_brute_force():
    vistas = viver(90)
    fim = INICIO + timedelta(days=90)
    with em(fim, 0):
        recalculo.avancar_dia()
    with em(fim, 3):
        compactacao.compactar()
        assert compactacao.compactar().dias == 0
        assert hoje() == fim
    guardados = {fim - timedelta(days=n) for n in range(1, 31)}
    assert set(ProjecaoDiaria.objects.values_list("data_base", flat=True)) == guardados
    assert ProjecaoDiaria.objects.count() == 30 * 3
    estoque = {
        (cod, dia): sum(
            m.qtd_movimentacao for m in MovimentacaoEstoque.objects.filter(cod_produto=cod, data_movimentacao__lte=dia)
        )
        for cod in "ABC"
        for dia in vistas
    }
    for linha in ProjecaoDiaria.objects.all():
        assert linha.realizado == estoque[linha.cod_produto, linha.data_base]
        for horizonte in HORIZONTES:
            projetado = vistas[linha.data_base - timedelta(days=horizonte)][linha.cod_produto][linha.data_base]
            assert getattr(linha, f"projetado_{horizonte}") == projetado
    projecoes, erros = defaultdict(list), defaultdict(list)
    for dia, por_produto in vistas.items():
        for cod, do_dia in por_produto.items() if dia not in guardados else ():
            for horizonte in HORIZONTES:
                chave = (cod, dia.replace(day=1), horizonte)
                projecoes[chave].append(do_dia[dia + timedelta(days=horizonte)])
                antes = vistas.get(dia - timedelta(days=horizonte))
                if antes:
                    erros[chave].append(antes[cod][dia] - estoque[cod, dia])
    resumos = {(r.cod_produto, r.mes, r.horizonte): r for r in ResumoMensal.objects.all()}
    assert resumos.keys() == projecoes.keys()
    milesimo = Decimal("0.001")
    for chave, valores in projecoes.items():
        resumo = resumos[chave]
        assert (resumo.minimo, resumo.maximo, resumo.projecoes) == (min(valores), max(valores), len(valores))
        assert abs(resumo.media - statistics.mean(valores)) <= milesimo
        assert abs(resumo.desvio - statistics.pstdev(valores)) <= milesimo
        assert resumo.previsoes == len(erros[chave])
        if erros[chave]:
            assert abs(resumo.vies - statistics.mean(erros[chave])) <= milesimo
            assert abs(resumo.erro_absoluto_medio - statistics.mean(map(abs, erros[chave]))) <= milesimo


@pytest.mark.django_db
def test_compacting_may_be_cut_short_between_batches(settings):
    settings.PROJECAO_LOTE = 1
    with em(INICIO):
        for cod in "AB":
            movimentar(cod, 10)
        recalculo.drenar()
    with em(INICIO + timedelta(days=40)):
        recalculo.avancar_dia()
        historico.apurar()
        limite = hoje() - timedelta(days=30)
        historico._compactar_lote(["A"], limite)
        assert set(ProjecaoDiaria.objects.values_list("cod_produto", flat=True)) == {"B"}
        assert historico.compactar() == 1
    assert ResumoMensal.objects.count() == 2 * len(HORIZONTES)
    assert {r.projecoes for r in ResumoMensal.objects.all()} == {1}


@pytest.mark.django_db
def test_keeping_costs_one_statement_for_any_number_of_products(django_assert_num_queries):
    cods = [f"P{n}" for n in range(30)]
    with em(INICIO):
        for cod in cods:
            movimentar(cod, 10)
        recalculo.drenar()
    with em(INICIO + timedelta(days=1)), django_assert_num_queries(1):
        historico.guardar(cods, hoje())
    assert ProjecaoDiaria.objects.count() == 30
