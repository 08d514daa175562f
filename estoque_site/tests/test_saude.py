"""What /saude says, to whom it may not say more."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from projecao import pulso
from projecao.memoria import cache_memoria
from projecao.models import EstadoInterno, RecalculoPendente

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def trabalho_de_fundo():
    """The beat that `migrate` left is as old as the run of the tests."""
    parar_o_trabalho(0)


def saude():
    resposta = Client().get("/saude")
    return SimpleNamespace(status=resposta.status_code, **resposta.json())


def ha(segundos: int):
    return timezone.now() - timedelta(seconds=segundos)


def parar_o_trabalho(segundos: int):
    EstadoInterno.objects.filter(nome=EstadoInterno.Nome.BATIMENTO).update(em=ha(segundos))


def test_tudo_bem():
    pulso.bater()
    resposta = saude()
    assert (resposta.status, resposta.situacao, resposta.motivos) == (200, "ok", [])
    assert resposta.batimento_segundos < 10
    assert resposta.marca_mais_antiga_segundos is None
    assert resposta.memoria == ("ligada" if settings.REDIS_URL else "desligada")


def test_sem_trabalho_de_fundo_nao_ha_promessa():
    parar_o_trabalho(110)
    assert saude().status == 200
    parar_o_trabalho(130)
    resposta = saude()
    assert (resposta.status, resposta.situacao) == (503, "indisponível")
    assert "trabalho de fundo está parado há 130 s" in resposta.motivos[0]


def test_uma_marca_esquecida_e_uma_promessa_quebrada():
    RecalculoPendente.objects.create(cod_produto="A", criado_em=ha(130))
    resposta = saude()
    assert (resposta.status, resposta.marca_mais_antiga_segundos >= 130) == (503, True)


def test_um_produto_que_falha_espera_a_sua_vez():
    falhou = RecalculoPendente.objects.create(cod_produto="A", criado_em=ha(9000), disponivel_em=ha(-60), erro="x")
    assert saude().status == 200
    falhou.disponivel_em = ha(130)
    falhou.save()
    assert saude().status == 503


@pytest.mark.redis
def test_sem_redis_e_so_mais_lento(settings):
    pulso.bater()
    cache_memoria.disjuntor.abrir()
    resposta = saude()
    assert (resposta.status, resposta.situacao, resposta.memoria) == (200, "degradada", "indisponível")


def test_sem_banco(cliente_logado):
    """Also to whom brings a session, which nobody can look up then."""

    def recusar(*args):
        raise OperationalError("connection refused")

    with connection.execute_wrapper(recusar):
        resposta = cliente_logado.get("/saude")
    assert (resposta.status_code, resposta.json()["banco"]) == (503, "indisponível")
