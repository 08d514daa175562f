"""What the OpenAPI document promises, asked with what it allows and with what it does not (schemathesis).

No call may fail inside (5xx), or answer with a status, a type of content or a shape that the document does not name.
"""

import json

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from knox.models import get_token_model
from schemathesis import GenerationMode, checks

from estoque_site.wsgi import application
from projecao.representacao import renderizar
from tests.acesso.objetos import COD, NUM, criar

pytestmark = pytest.mark.django_db

checks.load_all_checks()
CONFERENCIAS = checks.CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
    ]
)
CONHECIDOS = {"cod": COD, "num": NUM, "acao": "comentar"}


def contrato():
    documento = json.loads(renderizar(SchemaGenerator().get_schema(request=None, public=True)))
    esquema = schemathesis.openapi.from_dict(documento)
    esquema.app = application
    return esquema


OPERACOES = {f"{feita.ok().method} {feita.ok().path}": feita.ok() for feita in contrato().get_all_operations()}
PERGUNTAS = [
    (nome, modo)
    for nome, operacao in OPERACOES.items()
    for modo in GenerationMode
    # A code may be any text: there is nothing wrong to ask with.
    if modo == GenerationMode.POSITIVE or len(operacao.query) or len(operacao.body)
]


@pytest.fixture(autouse=True)
def conexao_aberta():
    """As Django's own test client: the end of a request would close the connection of the test's transaction."""
    for sinal in (request_started, request_finished):
        sinal.disconnect(close_old_connections)
    yield
    for sinal in (request_started, request_finished):
        sinal.connect(close_old_connections)


@pytest.fixture
def conhecidos():
    """What parameters may be that are there. Hardly ever guessed."""
    return CONHECIDOS | {"id": criar()["projecao/ocorrencia"]}


@pytest.fixture
def token(django_user_model):
    usuario = django_user_model.objects.create_user("robô", is_superuser=True)
    return lambda: get_token_model().objects.create(user=usuario)[1]


@pytest.mark.parametrize(("nome", "modo"), PERGUNTAS)
def test_a_api_responde_o_que_o_documento_diz(token, conhecidos, monkeypatch, nome, modo):
    operacao = OPERACOES[nome]
    # Its limits are tested where they are told; here they would answer all calls but the first.
    monkeypatch.setattr("rest_framework.throttling.ScopedRateThrottle.allow_request", lambda *_: True)

    @settings(max_examples=30, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operacao.as_strategy(generation_mode=modo), conhecido=st.booleans())
    def perguntar(case, conhecido):
        if conhecido and case.path_parameters:
            case.path_parameters |= {campo: conhecidos[campo] for campo in case.path_parameters}
        case.call_and_validate(headers={"Authorization": f"Token {token()}"}, checks=CONFERENCIAS)

    perguntar()
