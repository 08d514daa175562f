"""Who is written to: each manages his own followings, and sees his own letters."""

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from projecao.models import Acompanhamento, Produto
from projecao.tests.fabrica import unificar

pytestmark = pytest.mark.django_db

LISTA = reverse("admin:projecao_acompanhamento_changelist")
INCLUIR = reverse("admin:projecao_acompanhamento_add")


@pytest.fixture
def ana(client):
    ana = User.objects.create_user("ana", email="ana@exemplo.com.br", password="x", is_staff=True)
    ana.groups.add(Group.objects.get(name="Consulta"))
    client.force_login(ana)
    return ana


@pytest.fixture
def de_bia():
    return Acompanhamento.objects.create(usuario=User.objects.create_user("bia"), cod_produto="DA-BIA")


def pagina(acompanhamento, acao="change"):
    return reverse(f"admin:projecao_acompanhamento_{acao}", args=[acompanhamento.pk])


def pedir(client, **campos):
    return client.post(INCLUIR, {"cod_produto": "", "status": "", "frequencia": "na_hora", **campos}, follow=True)


def test_a_following_belongs_to_whoever_made_it(client, ana, de_bia):
    pedir(client, status="CRÍTICO", frequencia="diaria", usuario=de_bia.usuario_id)
    seu = Acompanhamento.objects.get(usuario=ana)
    assert (seu.cod_produto, seu.status, seu.frequencia) == ("", "CRÍTICO", "diaria")


def test_those_of_others_are_neither_seen_nor_changed(client, ana, de_bia):
    assert "DA-BIA" not in client.get(LISTA).content.decode()
    for acao in ("change", "delete"):
        assert client.get(pagina(de_bia, acao)).status_code == 302  # to the home: there is no such thing
        client.post(pagina(de_bia, acao), {"frequencia": "diaria", "post": "yes"})
    client.post(LISTA, {"action": "delete_selected", "_selected_action": [de_bia.pk], "post": "yes"})
    de_bia.refresh_from_db()
    assert de_bia.frequencia == "na_hora"


def test_a_superuser_sees_all_and_whose(admin_client, de_bia):
    texto = admin_client.get(LISTA).content.decode()
    assert "DA-BIA" in texto and "bia" in texto
    admin_client.post(pagina(de_bia), {"cod_produto": "DA-BIA", "status": "", "frequencia": "diaria"})
    de_bia.refresh_from_db()
    assert de_bia.frequencia == "diaria" and de_bia.usuario.username == "bia"


def test_asking_twice_for_the_same_is_refused_in_words(client, ana):
    Produto.objects.get_or_create(cod_produto="NOVO")
    unificar("VELHO", "NOVO")
    pedir(client, cod_produto="NOVO")
    resposta = pedir(client, cod_produto="VELHO")
    assert "Este acompanhamento já existe" in resposta.content.decode()
    assert Acompanhamento.objects.get().cod_produto == "NOVO"


def test_a_code_of_no_product_yet_is_kept_and_pointed_at(client, ana):
    assert "ainda não é de nenhum produto: XYZ" in pedir(client, cod_produto="XYZ").content.decode()
    assert Acompanhamento.objects.get().cod_produto == "XYZ"


def test_the_page_says_why_nothing_would_arrive(client, ana, settings):
    for endereco in (LISTA, INCLUIR):
        assert "não está configurado" not in client.get(endereco).content.decode()
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    User.objects.filter(pk=ana.pk).update(email="")
    for endereco in (LISTA, INCLUIR):
        texto = client.get(endereco).content.decode()
        assert "O envio de e-mails não está configurado" in texto and "O seu usuário não tem e-mail" in texto
