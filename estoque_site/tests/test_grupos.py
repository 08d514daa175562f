from importlib import import_module

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.urls import reverse
from django_q.models import Schedule

from estoque_site.menu import MENU
from projecao.models import Acompanhamento, DestinoWebhook, Importacao

grupos = import_module("estoque_site.migrations.0001_grupos")
alertas = import_module("estoque_site.migrations.0003_grupos_alertas")
NOSSOS = [modelo for app in grupos.APPS for modelo in apps.get_app_config(app).get_models()]
EDITADOS = {apps.get_model(app, nome) for app, nomes in grupos.EDITADOS.items() for nome in nomes}
EDITADOS |= {DestinoWebhook, Acompanhamento}
EDITADOS_POR_QUALQUER_UM = {Acompanhamento}
"""E-mails to oneself."""


def pessoa(client, *nomes_de_grupos, **campos):
    usuario = User.objects.create_user("pessoa", password="x", is_staff=True, **campos)
    usuario.groups.set(Group.objects.filter(name__in=nomes_de_grupos))
    client.force_login(usuario)
    return usuario


def url(modelo, acao, *args):
    return reverse(f"admin:{modelo._meta.app_label}_{modelo._meta.model_name}_{acao}", args=args)


def permissoes(grupo):
    return {
        f"{app}.{nome}"
        for app, nome in Group.objects.get(name=grupo).permissions.values_list("content_type__app_label", "codename")
    }


@pytest.mark.django_db
def test_planners_see_all_edit_their_own_and_force():
    esperadas = {f"{m._meta.app_label}.view_{m._meta.model_name}" for m in NOSSOS}
    esperadas |= {
        f"{m._meta.app_label}.{acao}_{m._meta.model_name}" for m in EDITADOS for acao in ("add", "change", "delete")
    }
    esperadas -= {"projecao.delete_movimentacaoestoque"}
    assert permissoes(grupos.PLANEJADORES) == esperadas | {"projecao.forcar_recalculo", "projecao.tratar_ocorrencia"}


@pytest.mark.django_db
def test_consulta_only_looks_and_asks_for_its_own_emails():
    ver = {f"{m._meta.app_label}.view_{m._meta.model_name}" for m in NOSSOS}
    assert permissoes(grupos.CONSULTA) == ver | {f"projecao.{nome}" for nome in alertas.DE_QUALQUER_UM}


@pytest.mark.django_db
def test_creating_them_again_changes_nothing_and_keeps_what_was_added():
    permissao = Permission.objects.filter(content_type__app_label="auth").first()
    Group.objects.get(name=grupos.CONSULTA).permissions.add(permissao)
    antes = permissoes(grupos.PLANEJADORES), permissoes(grupos.CONSULTA)
    grupos.criar_grupos(apps)
    assert (permissoes(grupos.PLANEJADORES), permissoes(grupos.CONSULTA)) == antes
    assert Group.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_they_can_be_restored_after_a_flush():
    call_command("flush", interactive=False, verbosity=0)
    assert not Group.objects.exists()
    grupos.criar_grupos(apps)
    assert "projecao.forcar_recalculo" in permissoes(grupos.PLANEJADORES)


@pytest.mark.django_db
@pytest.mark.parametrize("grupo", [grupos.PLANEJADORES, grupos.CONSULTA])
def test_what_each_group_may_open(client, grupo):
    pessoa(client, grupo)
    for modelo in NOSSOS:
        ve = modelo._meta.model_name != "estadointerno"
        edita = modelo in EDITADOS_POR_QUALQUER_UM or (grupo == grupos.PLANEJADORES and modelo in EDITADOS)
        # Who edits the rows of a kind may bring in its files.
        cria = edita or (grupo == grupos.PLANEJADORES and modelo is Importacao)
        assert client.get(url(modelo, "changelist")).status_code == (200 if ve else 403), modelo
        assert client.get(url(modelo, "add")).status_code == (200 if cria else 403), modelo
    assert client.get("/admin/").status_code == 200


@pytest.mark.django_db
def test_neither_group_reaches_users_tokens_or_background_work(client):
    pessoa(client, grupos.PLANEJADORES, grupos.CONSULTA)
    for modelo in admin.site._registry:
        if modelo not in NOSSOS:
            assert client.get(url(modelo, "changelist")).status_code == 403, modelo


@pytest.mark.django_db
def test_schedules_are_for_superusers_whatever_was_granted(client):
    usuario = pessoa(client)
    usuario.user_permissions.set(Permission.objects.filter(content_type__app_label="django_q"))
    assert usuario.has_perm("django_q.add_schedule")
    assert client.get(url(Schedule, "changelist")).status_code == 403
    dados = {"func": "os.system", "args": "'true'", "schedule_type": "O", "repeats": "-1"}
    assert client.post(url(Schedule, "add"), dados).status_code == 403
    assert not Schedule.objects.filter(func="os.system").exists()


@pytest.mark.django_db
def test_the_sidebar_lists_what_its_reader_may_open(client):
    pessoa(client, grupos.CONSULTA)
    pagina = client.get("/admin/").content.decode()
    assert url(apps.get_model("projecao.estoqueprojecaocache"), "changelist") in pagina
    for fechado in ("auth.user", "django_q.schedule", "projecao.estadointerno"):
        assert url(apps.get_model(fechado), "changelist") not in pagina


@pytest.mark.parametrize("modelo", [Group, User])
def test_permissions_are_named_in_portuguese(admin_client, modelo):
    linha = Group.objects.first() if modelo is Group else User.objects.get()
    pagina = admin_client.get(url(modelo, "change", linha.pk)).content.decode()
    assert "Estoque projetado | movimentação de estoque | alterar" in pagina
    assert "Pode forçar o recálculo de projeções" in pagina
    assert "Can change" not in pagina


def test_everything_registered_is_in_the_sidebar_and_every_model_is_registered():
    no_menu = {apps.get_model(item[-1]) for _, itens in MENU for item in itens if isinstance(item[-1], str)}
    assert no_menu == set(admin.site._registry)
    assert set(NOSSOS) <= no_menu


@pytest.mark.parametrize("modelo", list(admin.site._registry), ids=lambda m: m._meta.label_lower)
def test_every_page_opens_for_a_superuser(admin_client, modelo):
    tela = admin.site.get_model_admin(modelo)
    resposta = admin_client.get(url(modelo, "changelist"), {"q": "4320162"} if tela.search_fields else {})
    assert resposta.status_code == 200
    assert "unfold" in resposta.content.decode()
    pode_criar = tela.has_add_permission(resposta.wsgi_request)
    assert admin_client.get(url(modelo, "add")).status_code == (200 if pode_criar else 403)
