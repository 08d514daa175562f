"""Accuracy, against a life that was watched from outside: what was said each day, and what each day had."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from producao.models import ProgramacaoProducao
from projecao import acuracia, acuracia_tabela, compactacao, historico, recalculo
from projecao.acuracia import Filtro
from projecao.models import MovimentacaoEstoque, Produto, ProjecaoDiaria, ResumoMensal
from projecao.models.historico import HORIZONTES
from projecao.tests.fabrica import movimentar, unificar
from projecao.tests.test_historico import INICIO, em, finais

DIAS = 40
UNIFICACAO = 23
LINHAS = {"A": "ENVASE 1", "B": "ENVASE 1", "C": "ENVASE 2"}
FIM = INICIO + timedelta(days=DIAS)
MILESIMO = Decimal("0.001")


def viver(sorteio: random.Random):
    """Forty days, with movements of days before, and D unified into B on one; day → code → what was said last."""
    ditas = {}
    for n in range(DIAS):
        dia = INICIO + timedelta(days=n)
        with em(dia, 0):
            recalculo.avancar_dia()
        with em(dia, 3):
            compactacao.compactar()
        with em(dia):
            if n == 0:
                for cod, linha in LINHAS.items():
                    Produto.objects.get_or_create(cod_produto=cod, defaults={"nome_produto": f"ITEM {cod}"})
                    ProgramacaoProducao.objects.create(
                        cod_produto=cod, data_programacao=dia, qtd_programada=1, linha_producao=linha
                    )
            if n == UNIFICACAO:
                unificar("D", "B")
            for cod in "ABCD":
                quando = dia - timedelta(days=sorteio.choice([0, 0, 0, 1, 5, 20]))
                qtd = Decimal(sorteio.randint(-20_000, 21_000)).scaleb(-3)
                movimentar(cod, qtd, data_movimentacao=max(quando, INICIO))
                if sorteio.random() < 0.4:
                    quando = dia + timedelta(days=sorteio.randint(0, 30))
                    qtd = Decimal(sorteio.randint(1, 30_000)).scaleb(-3)
                    ProgramacaoProducao.objects.create(cod_produto=cod, data_programacao=quando, qtd_programada=qtd)
            recalculo.drenar()
            vivos = "ABCD" if n < UNIFICACAO else "ABC"
            ditas[dia] = {cod: finais(cod) for cod in vivos}
    with em(FIM, 0):
        recalculo.avancar_dia()
    with em(FIM, 3):
        historico.apurar()
    return ditas


def forca_bruta(ditas):
    """(code, day, horizon) → what had been said for it less what it had, and what it had."""
    congelado = INICIO + timedelta(days=UNIFICACAO)
    erros = {}
    for dia in ditas:
        for cod in ditas[dia]:
            codigos = "BD" if cod == "B" else cod
            movimentos = MovimentacaoEstoque.objects.filter(cod_produto__in=codigos, data_movimentacao__lte=dia)
            if cod == "D":  # it has no stock of its own any more: what had been written by its last night stays
                movimentos = [m for m in movimentos if m.criado_em.date() < congelado]
            havia = sum(m.qtd_movimentacao for m in movimentos)
            for horizonte in HORIZONTES:
                antes = ditas.get(dia - timedelta(days=horizonte), {}).get(cod)
                if antes is not None:
                    erros[cod, dia, horizonte] = (antes[dia] - havia, havia)
    return erros


@pytest.fixture(scope="module")
def vivida(django_db_setup, django_db_blocker):
    """Lived once: every test's own transaction is inside this one."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield forca_bruta(viver(random.Random(5)))
        transaction.set_rollback(True)


@pytest.fixture
def vida(vivida, db):
    with em(FIM):
        yield vivida


def conferir(achada: acuracia.Acuracia, erros: list[tuple[Decimal, Decimal]], com_meses=False):
    assert achada.previsoes == len(erros)
    if not erros:
        assert achada.vies is achada.erro_absoluto_medio is achada.erro_relativo is None
        return
    soma, absoluta = sum(e for e, _ in erros), sum(abs(e) for e, _ in erros)
    havia = sum(abs(h) for _, h in erros)
    assert (achada.soma_do_erro, achada.soma_do_erro_absoluto) == (soma * 1000, absoluta * 1000)
    assert abs(achada.vies - soma / len(erros)) <= MILESIMO / 2
    assert abs(achada.erro_absoluto_medio - absoluta / len(erros)) <= MILESIMO / 2
    if com_meses:
        assert achada.erro_relativo is None
    else:
        assert abs(achada.erro_relativo - absoluta / havia) <= MILESIMO / 2


def escolher(erros, de, ate, horizonte, cods="ABCD"):
    return [erro for (cod, dia, h), erro in erros.items() if de <= dia <= ate and h == horizonte and cod in cods]


def test_it_equals_brute_force_by_horizon_product_and_line(vida):
    de, ate = acuracia.periodo()
    assert (de, ate) == (FIM - timedelta(days=30), FIM - timedelta(days=1))
    filtro = Filtro(de, ate)
    por_horizonte = acuracia.por_horizonte(filtro)
    assert list(por_horizonte) == list(HORIZONTES)
    for horizonte in HORIZONTES:
        conferir(por_horizonte[horizonte], escolher(vida, de, ate, horizonte))
        por_produto = acuracia.por_produto(filtro, horizonte)
        por_linha = acuracia.por_linha(por_produto)
        assert "".join(sorted(por_produto)) == ("ABC" if horizonte > UNIFICACAO else "ABCD")
        for cod in por_produto:
            conferir(por_produto[cod], escolher(vida, de, ate, horizonte, cod))
        assert set(por_linha) == {"ENVASE 1", "ENVASE 2"}
        conferir(por_linha["ENVASE 1"], escolher(vida, de, ate, horizonte, "ABD"))
        conferir(por_linha["ENVASE 2"], escolher(vida, de, ate, horizonte, "C"))


def test_days_beyond_the_daily_grain_count_by_whole_months(vida):
    assert ResumoMensal.objects.count() == 4 * len(HORIZONTES)
    de, ate = acuracia.periodo(INICIO + timedelta(days=3))
    assert (de, ate) == (INICIO.replace(day=1), FIM - timedelta(days=1))
    for horizonte, achada in acuracia.por_horizonte(Filtro(de, ate)).items():
        # Of no day of a month that is summed up was anything projected 14 days before: this life was too young.
        conferir(achada, escolher(vida, de, ate, horizonte), com_meses=horizonte < 14)
        for cod, dela in acuracia.por_produto(Filtro(de, ate), horizonte).items():
            conferir(dela, escolher(vida, de, ate, horizonte, cod), com_meses=horizonte < 14)
    # A period that ends among them ends where they do.
    de, ate = acuracia.periodo(ate=INICIO + timedelta(days=3))
    assert (de, ate) == (date(2025, 12, 1), FIM - timedelta(days=31))
    conferir(acuracia.por_horizonte(Filtro(de, ate))[1], escolher(vida, de, ate, 1), com_meses=True)


def test_periods():
    with em(date(2026, 4, 20)):
        limite = date(2026, 3, 21)
        assert acuracia.periodo() == (limite, date(2026, 4, 19))
        assert acuracia.periodo(date(2026, 4, 2), date(2026, 4, 9)) == (date(2026, 4, 2), date(2026, 4, 9))
        assert acuracia.periodo(date(2026, 1, 31), date(2026, 2, 2)) == (date(2026, 1, 1), date(2026, 2, 28))
        assert acuracia.periodo(date(2026, 3, 2), date(2026, 3, 3)) == (date(2026, 3, 1), date(2026, 3, 20))
        assert acuracia.periodo(limite, limite) == (limite, limite)
        de, ate = acuracia.periodo(date(2026, 4, 9), date(2026, 4, 2))
        assert de > ate


def test_a_search_finds_also_the_days_of_what_is_a_part_of_the_product_now(vida):
    de, ate = acuracia.periodo()

    def achados(**filtro):
        return "".join(sorted(acuracia.por_produto(Filtro(de, ate, **filtro), 1)))

    assert achados(busca="d") == achados(busca="item b") == "BD"
    assert achados(linha_producao="ENVASE 1") == "ABD"
    assert achados(linha_producao="ENVASE 1", busca="a") == "A"
    assert achados(produto="D") == "D"
    assert achados(busca="nada") == ""
    assert acuracia.unificados_em("ABCD") == {"D": "B"}
    for horizonte, achada in acuracia.por_horizonte(Filtro(de, ate, busca="d")).items():
        conferir(achada, escolher(vida, de, ate, horizonte, "BD"))


def test_the_worst_come_first_and_what_says_nothing_comes_last():
    def com(n, erro, absoluto, havia):
        return acuracia.Acuracia(n, erro, absoluto, havia)

    grupos = {"B": com(2, -4, 8, 0), "A": com(2, 4, 8, 80), "C": com(1, 9, 9, 10)}

    def ordem(nome):
        return "".join(cod for cod, _ in acuracia_tabela.ordenar(grupos, nome))

    assert ordem("-erro_absoluto_medio") == "CAB"
    assert ordem("erro_absoluto_medio") == "ABC"
    assert ordem("vies") == "BAC"
    assert ordem("erro_relativo") == "ACB"
    assert ordem("-erro_relativo") == "CAB"
    assert ordem("-grupo") == "CBA"


def test_nothing_could_be_judged_yet(vida):
    assert acuracia.ha_alguma()
    ProjecaoDiaria.objects.all().delete()
    ResumoMensal.objects.all().delete()
    filtro = Filtro(*acuracia.periodo())
    assert not acuracia.ha_alguma()
    assert set(acuracia.por_horizonte(filtro).values()) == {acuracia.Acuracia()}
    assert acuracia.por_produto(filtro, 7) == acuracia.por_linha({}) == {}


def test_the_number_of_queries_does_not_grow(vida, django_assert_num_queries):
    de, ate = acuracia.periodo()
    for filtro in (Filtro(de, ate), Filtro(de, ate, produto="A")):
        with django_assert_num_queries(2):
            acuracia.por_horizonte(filtro)
        with django_assert_num_queries(2):
            produtos = acuracia.por_produto(filtro, 7)
        with django_assert_num_queries(2):
            acuracia.por_linha(produtos)


def test_one_product_day_by_day(vida):
    dias = acuracia.dias_de("B")
    assert [dia.data for dia in dias] == [INICIO + timedelta(days=n) for n in range(9, DIAS)]
    for dia in dias:
        for horizonte in HORIZONTES:
            assert dia.erro(horizonte) == vida.get(("B", dia.data, horizonte), [None])[0]
    assert [(mes.mes, mes.horizonte) for mes in acuracia.meses_de("B")] == [(date(2026, 1, 1), h) for h in HORIZONTES]
