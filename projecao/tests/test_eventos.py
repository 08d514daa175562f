from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from projecao import motor, recalculo
from projecao.alertas import bordas, distribuicao
from projecao.alertas.bordas import Situacao, classificar
from projecao.models import EstoqueProjecaoCache, EventoDeRuptura
from projecao.tests.fabrica import dia, movimentar, unificar

Tipo, Estado = EventoDeRuptura.Tipo, EventoDeRuptura.Estado
HOJE = date(2026, 11, 24)


def critico(n=3):
    return Situacao(motor.CRITICO, HOJE + timedelta(days=n))


@pytest.mark.parametrize(
    ("de", "para", "dias", "tipo"),
    [
        (bordas.SEM_RUPTURA, critico(), 1, bordas.DETECTADA),
        (Situacao(motor.ATENCAO), critico(), 1, bordas.DETECTADA),
        (bordas.SEM_RUPTURA, Situacao(motor.ATENCAO), 1, bordas.ATENCAO),
        (critico(), Situacao(motor.ATENCAO), 1, bordas.ATENCAO),
        (critico(), bordas.SEM_RUPTURA, 1, bordas.RESOLVIDA),
        (critico(3), critico(4), 1, bordas.MUDOU),
        (critico(3), critico(4), 2, None),
        (critico(3), critico(1), 2, bordas.MUDOU),
        (Situacao(motor.CRITICO), critico(), 5, bordas.MUDOU),
        (Situacao(motor.CRITICO), Situacao(motor.CRITICO), 1, None),
        (critico(), critico(), 1, None),
        (bordas.SEM_RUPTURA, bordas.SEM_RUPTURA, 1, None),
        (critico(-2), critico(0), 1, None),  # out of stock since then, and still today
        (critico(-2), critico(1), 1, bordas.MUDOU),
    ],
)
def test_what_is_news(de, para, dias, tipo):
    assert classificar(de, para, dias, HOJE) == tipo


def mudar(cod, qtd):
    movimentar(cod, qtd)
    recalculo.drenar()


def tipos(cod="A"):
    return list(EventoDeRuptura.objects.filter(cod_produto=cod).order_by("id").values_list("tipo", "estado"))


@pytest.mark.django_db
def test_one_event_per_edge_and_none_while_it_stays():
    mudar("A", -5)
    mudar("A", -5)
    mudar("A", 100)
    assert tipos() == [(Tipo.DETECTADA, Estado.PENDENTE), (Tipo.RESOLVIDA, Estado.PENDENTE)]
    detectada = EventoDeRuptura.objects.first()
    primeira = EventoDeRuptura.objects.order_by("id").first()
    assert (primeira.status_anterior, primeira.status_ruptura, primeira.dia_ruptura) == ("OK", "CRÍTICO", dia(0))
    assert primeira.dados["quantidades"]["estoque_atual"] == "-5.000" and primeira.dados["versao"] == 1
    assert detectada.de == Situacao(motor.CRITICO, dia(0))


@pytest.mark.django_db
def test_a_night_is_no_news_of_what_is_out_of_stock():
    mudar("A", -5)
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        recalculo.avancar_dia()
        assert EstoqueProjecaoCache.objects.get(pk="A").dia_ruptura == dia(0)
    assert tipos() == [(Tipo.DETECTADA, Estado.PENDENTE)]


@pytest.mark.django_db
def test_a_row_of_before_alerts_existed_is_no_edge():
    mudar("A", -5)
    EventoDeRuptura.objects.all().delete()
    mudar("A", -1)
    assert tipos() == []
    mudar("A", 50)
    assert tipos() == [(Tipo.RESOLVIDA, Estado.PENDENTE)]


@pytest.mark.django_db
def test_what_flaps_within_the_wait_is_told_to_nobody(settings):
    settings.PROJECAO_ALERTA_ESPERA_SEGUNDOS = 60
    mudar("A", -5)
    mudar("A", 100)
    assert tipos() == [(Tipo.DETECTADA, Estado.ANULADO)]
    mudar("A", -200)
    with time_machine.travel(timezone.now() + timedelta(seconds=30)):
        assert distribuicao.distribuir() == 0
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert distribuicao.distribuir() == 1
    assert tipos() == [(Tipo.DETECTADA, Estado.ANULADO), (Tipo.DETECTADA, Estado.DISTRIBUIDO)]


@pytest.mark.django_db
def test_what_moves_on_within_the_wait_is_told_from_where_it_was_told_last(settings):
    mudar("A", -5)
    distribuicao.distribuir()
    settings.PROJECAO_ALERTA_ESPERA_SEGUNDOS = 60
    mudar("A", 100)
    assert tipos()[1:] == [(Tipo.RESOLVIDA, Estado.PENDENTE)]
    mudar("A", -100)
    assert tipos()[1:] == [(Tipo.RESOLVIDA, Estado.ANULADO)]


@pytest.mark.django_db
def test_a_code_unified_into_another_has_no_rupture_any_more():
    mudar("A", -5)
    mudar("B", 100)
    unificar("A", "B")
    recalculo.drenar()
    assert tipos() == [(Tipo.DETECTADA, Estado.PENDENTE), (Tipo.RESOLVIDA, Estado.PENDENTE)]
    assert EventoDeRuptura.objects.first().dados == {"unificado": True}
    assert not EstoqueProjecaoCache.objects.filter(pk="A").exists()


@pytest.mark.django_db
def test_an_event_commits_with_its_row_or_not_at_all(monkeypatch):
    movimentar("A", -5)
    monkeypatch.setattr("projecao.fila.concluir", lambda marcas: 1 / 0)
    recalculo.drenar()
    assert not EventoDeRuptura.objects.exists()


@pytest.mark.django_db
def test_nothing_is_asked_while_no_status_changes(django_assert_num_queries):
    mudar("A", 100)
    movimentar("A", 1)
    with django_assert_num_queries(0):
        from projecao.alertas import eventos

        linha = EstoqueProjecaoCache(cod_produto="A", versao=1)
        eventos.registrar([eventos.Passo(linha, linha, "")], timezone.now())


@pytest.mark.django_db
def test_each_receiver_gets_each_event_once_and_in_order(monkeypatch):
    recebidos = []
    monkeypatch.setattr(distribuicao, "RECEBEDORES", [lambda eventos: recebidos.extend(e.tipo for e in eventos)])
    mudar("A", -5)
    mudar("A", 100)
    assert distribuicao.distribuir() == 2
    assert distribuicao.distribuir() == 0
    assert recebidos == [Tipo.DETECTADA, Tipo.RESOLVIDA]


@pytest.mark.django_db
def test_a_receiver_that_fails_leaves_all_to_the_next_time(monkeypatch):
    def falhar(eventos):
        raise RuntimeError

    mudar("A", -5)
    monkeypatch.setattr(distribuicao, "RECEBEDORES", [falhar])
    with pytest.raises(RuntimeError):
        distribuicao.distribuir()
    assert tipos() == [(Tipo.DETECTADA, Estado.PENDENTE)]
