"""Who may read /metrics, and that reading it leaves no trace but for those who may not."""

import logging

import pytest
from django.db import OperationalError, connection
from django.test import Client
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from tests.medidas import medidas

TOKEN = "t" * 32
COM_TOKEN = {"Authorization": f"Bearer {TOKEN}"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def token(settings):
    settings.METRICAS_TOKEN = TOKEN


def ler(**cabecalhos):
    return Client().get("/metrics", headers=cabecalhos)


def test_the_token_is_enough():
    resposta = ler(**COM_TOKEN)
    assert resposta.status_code == 200
    assert resposta["Content-Type"].startswith("text/plain; version=")
    assert resposta["Cache-Control"] == "no-store"
    assert "estoque_fila_marcas" in {familia.name for familia in text_string_to_metric_families(resposta.text)}


@pytest.mark.parametrize(
    "credencial",
    [
        None,
        "Bearer",
        "Bearer ",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Token {TOKEN}",
        f"Basic {TOKEN}",
        "Bearer ção",
    ],
)
def test_nobody_else_comes_in(credencial):
    resposta = ler(**({"Authorization": credencial} if credencial else {}))
    assert resposta.status_code == 401
    assert resposta["WWW-Authenticate"].startswith("Bearer")
    assert (resposta["Content-Type"], resposta["Cache-Control"]) == ("application/problem+json", "no-store")
    assert b"estoque_" not in resposta.content


def test_without_a_token_in_the_settings_none_fits(settings):
    settings.METRICAS_TOKEN = ""
    assert ler(Authorization="Bearer ").status_code == 401
    assert ler(Authorization="Bearer").status_code == 401


def test_of_those_who_log_in_only_superusers(cliente_logado, admin_client):
    assert cliente_logado.get("/metrics").status_code == 403
    assert admin_client.get("/metrics").status_code == 200
    # A wrong token is wrong, whoever brings it.
    assert admin_client.get("/metrics", headers={"Authorization": "Bearer x"}).status_code == 401


def test_it_is_only_read():
    resposta = Client().post("/metrics", headers=COM_TOKEN)
    assert (resposta.status_code, resposta["Allow"]) == (405, "GET, HEAD")
    assert Client().head("/metrics", headers=COM_TOKEN).status_code == 200


def test_openmetrics_for_who_asks_for_it():
    resposta = ler(**COM_TOKEN, Accept="application/openmetrics-text; version=1.0.0")
    assert resposta["Content-Type"].startswith("application/openmetrics-text")
    assert list(openmetrics.text_string_to_metric_families(resposta.text))


def test_only_refusals_are_logged(caplog):
    with caplog.at_level(logging.INFO, logger="django_structlog"):
        ler(**COM_TOKEN)
        assert not caplog.records
        ler()
    (linha,) = [registro.msg for registro in caplog.records]
    assert (linha["request"], linha["code"]) == ("GET /metrics", 401)


def test_it_answers_beside_the_web_server_where_there_is_no_tls(settings):
    settings.SECURE_SSL_REDIRECT = True
    assert ler(**COM_TOKEN).status_code == 200


def test_without_a_database_it_says_so_and_still_adds_up(admin_client):
    def recusar(*args):
        raise OperationalError("connection refused")

    with connection.execute_wrapper(recusar):
        lidas = medidas(ler(**COM_TOKEN).text)
    assert lidas["estoque_banco_disponivel"] == 0
    assert "estoque_fila_marcas" not in lidas
    assert lidas["django_http_requests_before_middlewares_total"] > 0


def test_the_number_of_queries_does_not_depend_on_what_is_there(django_assert_num_queries):
    # the queue; its oldest ready mark, and the oldest that failed; the heartbeat; rows, old ones, those of another day;
    # products and ruptures by status; deliveries, events, e-mails, works
    with django_assert_num_queries(13):
        ler(**COM_TOKEN)


def test_requests_are_counted_by_view(cliente_logado):
    def contadas():
        lidas = medidas(ler(**COM_TOKEN).text)
        respostas = 'django_http_responses_total_by_status_view_method_total{method="GET",status="200",view="saude"}'
        tempos = 'django_http_requests_latency_seconds_by_view_method_count{method="GET",view="saude"}'
        return lidas.get(respostas, 0), lidas.get(tempos, 0)

    antes = contadas()
    for _ in range(3):
        Client().get("/saude")
    assert [depois - antes for depois, antes in zip(contadas(), antes, strict=True)] == [3, 3]


def test_nobody_invents_series():
    for metodo in ("FOO", "BAR1", "BAR2"):
        Client().generic(metodo, "/saude")
    lido = ler(**COM_TOKEN).text
    assert "FOO" not in lido and "BAR" not in lido
    assert 'method="<invalid method>",view="saude"' in lido
