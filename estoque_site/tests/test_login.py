"""Wrong passwords: five of one user from one address, and both have to wait."""

from datetime import UTC, datetime

import pytest
import time_machine
from axes.models import AccessAttempt
from django.core.management import call_command
from django.test import Client

from projecao.conf import ajustes

pytestmark = pytest.mark.django_db

AGORA = datetime(2026, 11, 24, 12, tzinfo=UTC)
CERTA, ERRADA = "segredo-de-teste", "outra coisa"


@pytest.fixture(autouse=True)
def maria(usuario):
    usuario.is_staff = True
    usuario.save()
    return usuario


def entrar(senha, de="10.0.0.1", usuario="maria", **cabecalhos):
    return Client(REMOTE_ADDR=de, headers=cabecalhos).post(
        "/admin/login/?next=/admin/", {"username": usuario, "password": senha}
    )


def errar(vezes=5, **opcoes):
    return [entrar(ERRADA, **opcoes).status_code for _ in range(vezes)]


def pedir_token(senha):
    return Client(REMOTE_ADDR="10.0.0.1").post(
        "/api/token", {"username": "maria", "password": senha}, content_type="application/json"
    )


def test_a_quinta_senha_errada_bloqueia_ate_a_certa():
    assert errar() == [200, 200, 200, 200, 429]
    recusa = entrar(CERTA)
    assert (recusa.status_code, recusa["Retry-After"]) == (429, "900")
    assert "não pode entrar daqui por 15 minutos" in recusa.content.decode()


def test_quem_acerta_antes_recomeca_do_zero():
    errar(4)
    assert entrar(CERTA).status_code == 302
    errar(4)
    assert entrar(CERTA).status_code == 302


def test_o_bloqueio_passa():
    with time_machine.travel(AGORA, tick=False) as relogio:
        errar()
        relogio.shift(14 * 60)
        assert entrar(CERTA).status_code == 429  # and does not make the wait longer
        relogio.shift(61)
        assert entrar(CERTA).status_code == 302


def test_ninguem_bloqueia_um_colega_de_outro_endereco():
    errar(de="10.0.0.66")
    assert entrar(CERTA, de="10.0.0.66").status_code == 429
    assert entrar(CERTA).status_code == 302


def test_sem_proxy_ninguem_diz_por_si_de_onde_vem(settings):
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 0}
    for n in range(5):
        entrar(ERRADA, **{"X-Forwarded-For": f"10.9.9.{n}"})
    assert entrar(CERTA).status_code == 429


def test_com_proxy_vale_o_que_ele_diz(settings):
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}
    errar(**{"X-Forwarded-For": "1.1.1.1, 10.9.9.9"})
    assert entrar(CERTA, **{"X-Forwarded-For": "8.8.8.8, 10.9.9.9"}).status_code == 429
    assert entrar(CERTA, **{"X-Forwarded-For": "10.9.9.9, 10.9.9.10"}).status_code == 302


@pytest.mark.parametrize("de", ["", "unix:", "10.0.0.1:5432"])
def test_um_endereco_que_nao_e_endereco_nao_quebra(de):
    assert errar(de=de)[-1] == 429


def test_a_api_conta_as_mesmas_senhas():
    errar(4)
    assert pedir_token(ERRADA).status_code == 429
    recusa = pedir_token(CERTA)
    assert (recusa.status_code, recusa["Content-Type"]) == (429, "application/problem+json")
    assert "Espere 15 minutos" in recusa.json()["detail"]
    assert entrar(CERTA).status_code == 429


def test_na_api_uma_senha_errada_e_401():
    assert pedir_token(ERRADA).status_code == 401
    assert pedir_token(CERTA).status_code == 200


@pytest.mark.parametrize("nome", ["x" * 300, "é" * 300, "a\x00b"])
def test_um_usuario_impossivel_e_so_errado(nome):
    assert entrar(ERRADA, usuario=nome).status_code == 200
    resposta = Client().post("/api/token", {"username": nome, "password": "x"}, content_type="application/json")
    assert resposta.status_code in (400, 401)


def test_quem_cuida_do_sistema_libera(admin_client):
    errar()
    tentativa = AccessAttempt.objects.get()
    assert admin_client.get(f"/admin/axes/accessattempt/{tentativa.pk}/change/").status_code == 200
    admin_client.post(f"/admin/axes/accessattempt/{tentativa.pk}/delete/", {"post": "yes"})
    assert entrar(CERTA).status_code == 302


def test_ou_pela_linha_de_comando(capsys):
    errar()
    call_command("axes_reset_username", "maria")
    assert entrar(CERTA).status_code == 302


def test_a_senha_nao_fica_guardada():
    errar(1)
    tentativa = AccessAttempt.objects.get()
    assert ERRADA not in tentativa.post_data + tentativa.get_data


def test_o_numero_de_tentativas_e_o_da_instalacao(settings):
    assert settings.AXES_FAILURE_LIMIT == ajustes.LOGIN_TENTATIVAS == 5
