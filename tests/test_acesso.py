"""Who may do what: every address and method, for everybody there is. The table is tests/acesso/decisoes.py."""

import logging
from copy import deepcopy
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, Group, User
from django.db import transaction
from django.test import Client, RequestFactory
from django.utils import timezone
from knox.models import get_token_model

from tests.acesso.decisoes import (
    ACOES,
    ANONIMO,
    CONSULTA,
    GRAVACAO,
    MODELOS,
    PLANEJADOR,
    QUALQUER_UM,
    SEM_EQUIPE,
    SUPER,
    TOKEN,
    TOKEN_VENCIDO,
    VERBOS,
    Decisao,
    decisao,
)
from tests.acesso.enderecos import Endereco, enderecos, padroes
from tests.acesso.objetos import argumentos, criar, modelo_de

pytestmark = pytest.mark.django_db

FORA_DO_ADMIN = {ANONIMO, TOKEN, TOKEN_VENCIDO, SEM_EQUIPE}
FORA_DA_API = {ANONIMO, TOKEN_VENCIDO}
CSRF = "a" * 32


@pytest.fixture
def chaves():
    """Thousands of refusals follow, each worth a line in the log of an installation."""
    logging.disable(logging.WARNING)
    yield criar()
    logging.disable(logging.NOTSET)


def pessoa(papel: str) -> User:
    usuario = User.objects.create_user(papel, is_staff=papel != SEM_EQUIPE, is_superuser=papel == SUPER)
    grupo = {CONSULTA: "Consulta", PLANEJADOR: "Planejadores"}.get(papel)
    if grupo:
        usuario.groups.add(Group.objects.get(name=grupo))
    return usuario


def cliente(papel: str, *, csrf: bool = True) -> Client:
    cabecalhos = {"X-CSRFToken": CSRF} if csrf else {}
    if papel in (TOKEN, TOKEN_VENCIDO):
        instancia, token = get_token_model().objects.create(user=pessoa(papel))
        if papel == TOKEN_VENCIDO:
            instancia.expiry = timezone.now() - timedelta(seconds=1)
            instancia.save()
        cabecalhos["Authorization"] = f"Token {token}"
    novo = Client(enforce_csrf_checks=True, headers=cabecalhos)
    novo.cookies["csrftoken"] = CSRF
    if papel not in (ANONIMO, TOKEN, TOKEN_VENCIDO):
        novo.force_login(pessoa(papel))
    return novo


def pedir(de: Client, metodo: str, url: str, dados=None) -> str:
    """The verdict on the call, whose effects are undone: also a logout's."""
    cookies = deepcopy(de.cookies)
    with transaction.atomic():
        resposta = getattr(de, metodo.lower())(url, *([dados] if dados is not None else []))
        veredito = _veredito(resposta)
        transaction.set_rollback(True)
    de.cookies = cookies
    return veredito


def _veredito(resposta) -> str:
    if resposta.wsgi_request.path == "/saude" and resposta.status_code == 503:
        return "ok"  # answered: no worker is running here
    if resposta.status_code == 302 and resposta.url.startswith("/admin/login/"):
        return "entrar"
    nomes = {400: "ok", 401: "entrar", 403: "negado", 404: "nada", 405: "metodo"}  # 400: let in, asked for nothing
    return nomes.get(resposta.status_code) or ("ok" if resposta.status_code < 400 else str(resposta.status_code))


def esperado(endereco: Endereco, regra: Decisao, papel: str, metodo: str) -> set[str]:
    de_fora = FORA_DA_API if endereco.padrao.startswith("api/") else FORA_DO_ADMIN
    if endereco.padrao == "metrics":
        de_fora = FORA_DA_API | {TOKEN}
    if regra.sem_sessao:
        de_fora = QUALQUER_UM - {TOKEN}
    if papel in regra.de(metodo):
        return {regra.permitido}
    if metodo in ("GET", "POST") and regra.de(metodo):
        return {"entrar"} if papel in de_fora else {regra.negado}
    # Not offered. Django's admin reads PUT and its like as a GET: not more than a reader gets, then.
    recusas = {"metodo", "entrar" if papel in de_fora else regra.negado}
    conta_os_metodos = metodo == "OPTIONS" and papel not in de_fora  # and nothing else
    dentro = papel in regra.ler | regra.gravar | regra.apagar or conta_os_metodos
    return recusas | ({regra.permitido} if dentro else set())


def test_todo_endereco_tem_uma_decisao():
    assert [padrao for padrao in padroes() if decisao(padrao) is None] == []


def test_toda_decisao_e_de_um_modelo_que_existe():
    registrados = {modelo._meta.label_lower.replace(".", "/") for modelo in admin.site._registry}
    assert registrados == set(MODELOS)


@pytest.mark.parametrize("papel", sorted(QUALQUER_UM))
def test_cada_um_chega_so_aonde_pode(chaves, papel):
    de, erros = cliente(papel), []
    for endereco in enderecos(argumentos(chaves)):
        regra = decisao(endereco.padrao)
        # Who may do everything is refused nothing: the other methods are there to find what others may.
        for metodo in VERBOS if papel != SUPER else ("GET", "POST", "DELETE"):
            url, corpo = (endereco.url + regra.consulta, regra.corpo) if metodo == "POST" else (endereco.url, None)
            veredito = pedir(de, metodo, url, corpo)
            if veredito not in esperado(endereco, regra, papel, metodo):
                erros.append(f"{metodo} {endereco}: {veredito}, not {esperado(endereco, regra, papel, metodo)}")
    assert not erros, "\n".join(erros)


@pytest.mark.parametrize("papel", [SUPER, ANONIMO])
def test_nada_se_grava_sem_o_token_contra_pedidos_forjados(chaves, papel):
    """From another site a browser sends the session, but cannot know the token."""
    de, erros = cliente(papel, csrf=False), []
    for endereco in enderecos(argumentos(chaves)):
        if decisao(endereco.padrao).sem_sessao:
            continue
        # Without a session the API asks for one first: there is nothing to forge.
        recusas = {"negado"} if papel == SUPER or not endereco.padrao.startswith("api/") else {"entrar"}
        vereditos = {metodo: pedir(de, metodo, endereco.url) for metodo in GRAVACAO}
        erros += [f"{metodo} {endereco}: {v}" for metodo, v in vereditos.items() if v not in recusas]
    assert not erros, "\n".join(erros)


def test_um_pedido_de_token_nao_usa_a_sessao(chaves):
    assert pedir(cliente(SUPER), "DELETE", "/api/token") == "entrar"


@pytest.mark.parametrize("papel", [CONSULTA, PLANEJADOR, SUPER])
def test_as_acoes_das_listas_sao_de_quem_pode(chaves, papel):
    """Posted by hand as well: not only those that the list offers."""
    de, pedido = cliente(papel), RequestFactory().get("/")
    pedido.user = User.objects.get(username=papel)
    for nome, modelo in MODELOS.items():
        acoes = admin.site.get_model_admin(modelo_de(nome)).get_actions(pedido)
        permitidas = {acao for acao, quem in ACOES.items() if papel in quem(modelo)}
        assert set(acoes) <= permitidas, nome
        if papel not in modelo.ver:
            continue
        antes = modelo_de(nome).objects.count()
        for acao in set(ACOES) - permitidas:
            dados = {"action": acao, "_selected_action": [chaves[nome]], "post": "yes"}
            assert pedir(de, "POST", f"/admin/{nome}/", dados) in ("ok", "negado")
            de.post(f"/admin/{nome}/", dados)
        assert modelo_de(nome).objects.count() == antes, nome


def test_toda_acao_de_uma_lista_tem_uma_decisao(admin_user):
    pedido = RequestFactory().get("/")
    pedido.user = admin_user
    oferecidas = {acao for tela in admin.site._registry.values() for acao in tela.get_actions(pedido)}
    assert oferecidas == set(ACOES)


@pytest.mark.parametrize("nome", ["projecao/acompanhamento", "projecao/avisoporemail"])
def test_o_que_e_de_uma_pessoa_outra_nao_ve_nem_muda(chaves, nome):
    de, modelo = cliente(PLANEJADOR), modelo_de(nome)
    antes = list(modelo.objects.values())
    assert de.get(f"/admin/{nome}/").context["cl"].result_count == 0
    for pagina in ("change", "delete", "history"):
        for metodo in (de.get, de.post):
            resposta = metodo(f"/admin/{nome}/{chaves[nome]}/{pagina}/", {"post": "yes", "frequencia": "diaria"})
            assert (resposta.status_code, resposta.get("Location")) in ((302, "/admin/"), (403, None), (404, None))
    de.post(f"/admin/{nome}/", {"action": "delete_selected", "_selected_action": [chaves[nome]], "post": "yes"})
    assert list(modelo.objects.values()) == antes


def test_revogar_um_token_nao_toca_nos_dos_outros(chaves):
    alheios = set(get_token_model().objects.values_list("pk", flat=True))
    de = cliente(TOKEN)
    assert de.delete("/api/token").status_code == 204
    assert de.get("/api/estoque").status_code == 401
    assert set(get_token_model().objects.values_list("pk", flat=True)) == alheios


@pytest.mark.parametrize("mudanca", [{"is_active": False}, {"password": "outra"}])
def test_quem_perde_o_acesso_perde_a_sessao(chaves, mudanca):
    de = cliente(PLANEJADOR)
    User.objects.filter(username=PLANEJADOR).update(**mudanca)
    assert pedir(de, "GET", "/admin/projecao/produto/") == "entrar"
    assert pedir(de, "GET", "/api/estoque") == "entrar"


def test_quem_e_desativado_perde_o_token(chaves):
    de = cliente(TOKEN)
    User.objects.filter(username=TOKEN).update(is_active=False)
    assert pedir(de, "GET", "/api/estoque") == "entrar"


def test_quem_cuida_das_pessoas_sem_ser_super_nao_se_promove(chaves, django_user_model):
    """Django's own rule is checked where it would hurt: the right to change users is the right to become anybody."""
    assert not any(
        grupo.permissions.filter(content_type__app_label__in=("auth", "knox", "axes", "django_q")).exists()
        for grupo in Group.objects.all()
    )
    assert not AnonymousUser().get_all_permissions()


def test_um_endereco_de_volta_so_leva_para_dentro(chaves):
    resposta = Client().post(
        "/admin/login/?next=https://outro.example/", {"username": "dona", "password": "segredo-de-teste"}
    )
    assert (resposta.status_code, resposta.url) == (302, "/admin/")
