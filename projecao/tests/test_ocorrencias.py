from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from projecao import recalculo
from projecao.alertas import distribuicao, ocorrencias
from projecao.models import Ocorrencia, RegistroDeOcorrencia
from projecao.tests.fabrica import dia, movimentar

Estado, Acao = Ocorrencia.Estado, RegistroDeOcorrencia.Acao


def acontecer(qtd, cod="A"):
    movimentar(cod, qtd)
    recalculo.drenar()
    distribuicao.distribuir()
    return Ocorrencia.objects.filter(cod_produto=cod).first()


def acoes(item):
    return [(registro.acao, registro.usuario and registro.usuario.username) for registro in item.registros.all()]


@pytest.fixture
def item(db):
    return acontecer(-5)


def test_a_rupture_becomes_an_item_and_ends_with_it(item):
    assert item.estado == Estado.ABERTA and item.responsavel is None and item.vezes == 1
    assert "CRÍTICO" in item.registros.get().texto
    item = acontecer(100)
    assert item.estado == Estado.FECHADA and item.fechada_em
    assert acoes(item) == [(Acao.ABRIU, None), (Acao.FECHOU, None)]


def test_it_reopens_by_itself_when_the_edge_comes_again(item, usuario):
    ocorrencias.tratar(item.pk, Acao.ASSUMIU, usuario)
    ocorrencias.tratar(item.pk, Acao.FECHOU, usuario, "Produção antecipada.")
    assert acontecer(-1).estado == Estado.FECHADA  # still the same rupture
    acontecer(100)
    item = acontecer(-200)
    assert item.estado == Estado.ABERTA and item.responsavel is None and item.vezes == 2 and item.fechada_em is None
    assert acoes(item)[-1] == (Acao.REABRIU, None)


def test_who_did_what_is_kept(item, usuario):
    ocorrencias.tratar(item.pk, Acao.ASSUMIU, usuario)
    ocorrencias.tratar(item.pk, Acao.COMENTOU, usuario, " Liguei para a fábrica. ")
    ocorrencias.tratar(item.pk, Acao.ADIOU, usuario, "Chega amanhã.", dia(2))
    item.refresh_from_db()
    assert item.estado == Estado.ADIADA and item.adiada_ate == dia(2) and item.responsavel == usuario
    registros = list(item.registros.values_list("acao", "usuario__username", "texto"))[1:]
    assert registros[:2] == [
        (Acao.ASSUMIU, "maria", ""),
        (Acao.COMENTOU, "maria", "Liguei para a fábrica."),
    ]
    assert registros[2] == (Acao.ADIOU, "maria", f"Até {dia(2):%d/%m/%Y}. Chega amanhã.")


def test_what_was_snoozed_comes_back_on_its_day(item, usuario):
    ocorrencias.tratar(item.pk, Acao.ADIOU, usuario, ate=dia(2))
    assert ocorrencias.acordar() == 0
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert ocorrencias.acordar() == 1
        assert ocorrencias.acordar() == 0
    item.refresh_from_db()
    assert item.estado == Estado.ABERTA and item.adiada_ate is None
    assert acoes(item)[-1] == (Acao.RETOMOU, None)


@pytest.mark.parametrize(
    ("antes", "acao", "pedido", "frase"),
    [
        ([Acao.FECHOU], Acao.ASSUMIU, {}, "fechada"),
        ([Acao.FECHOU], Acao.ADIOU, {"ate": dia(1)}, "fechada"),
        ([Acao.FECHOU], Acao.FECHOU, {}, "fechada"),
        ([], Acao.REABRIU, {}, "não está fechada"),
        ([], Acao.LIBEROU, {}, "Ninguém"),
        ([], Acao.RETOMOU, {}, "não está adiada"),
        ([], Acao.ADIOU, {"ate": dia(0)}, "depois de hoje"),
        ([], Acao.ADIOU, {}, "depois de hoje"),
        ([], Acao.COMENTOU, {"texto": "  "}, "Escreva"),
        ([Acao.ASSUMIU], Acao.ASSUMIU, {}, "já é sua"),
    ],
)
def test_what_cannot_be_done_says_why_and_leaves_no_record(item, usuario, antes, acao, pedido, frase):
    for feita in antes:
        ocorrencias.tratar(item.pk, feita, usuario)
    registros = item.registros.count()
    with pytest.raises(ocorrencias.AcaoImpossivel, match=frase):
        ocorrencias.tratar(item.pk, acao, usuario, **pedido)
    assert item.registros.count() == registros


def test_two_planners_do_not_take_the_same_item(item, usuario, django_user_model):
    ocorrencias.tratar(item.pk, Acao.ASSUMIU, usuario)
    with pytest.raises(ocorrencias.AcaoImpossivel, match="maria"):
        ocorrencias.tratar(item.pk, Acao.ASSUMIU, django_user_model.objects.create_user("joao"))


@pytest.mark.django_db
def test_being_below_safety_is_no_rupture():
    movimentar("B", 5)
    assert acontecer(0, "B") is None
