from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def criar_usuarios():
    saida = StringIO()
    call_command("criar_usuarios", stdout=saida)
    return saida.getvalue()


def entra(nome, senha):
    return get_user_model().objects.get(username=nome).check_password(senha)


def test_generated_passwords_are_shown_once_and_work(monkeypatch):
    monkeypatch.delenv("SENHA_PLANEJADOR", raising=False)
    monkeypatch.delenv("SENHA_ADMIN", raising=False)
    senhas = dict(linha.removeprefix("Usuário ").split(" criado: ") for linha in criar_usuarios().splitlines())
    assert set(senhas) == {"planejador", "admin"}
    for nome, senha in senhas.items():
        assert entra(nome, senha)
    assert criar_usuarios() == ""


def test_given_passwords_are_used_and_not_shown(monkeypatch):
    monkeypatch.setenv("SENHA_PLANEJADOR", "a-do-planejador")
    monkeypatch.setenv("SENHA_ADMIN", "a-do-admin")
    saida = criar_usuarios()
    assert "a-do-planejador" not in saida
    assert "a-do-admin" not in saida
    assert entra("planejador", "a-do-planejador")
    assert entra("admin", "a-do-admin")


def test_who_may_what():
    criar_usuarios()
    planejador = get_user_model().objects.get(username="planejador")
    assert planejador.is_staff
    assert not planejador.is_superuser
    assert [grupo.name for grupo in planejador.groups.all()] == ["Planejadores"]
    assert get_user_model().objects.get(username="admin").is_superuser


def test_who_is_there_stays_as_they_are():
    get_user_model().objects.create_user("admin", password="a-dela")
    assert "admin" not in criar_usuarios()
    assert not get_user_model().objects.get(username="admin").is_superuser
    assert entra("admin", "a-dela")
