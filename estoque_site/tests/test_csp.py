"""The Content-Security-Policy of every answer, and that our pages live within it."""

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.template.loader import get_template
from django.test import Client

from estoque_site.csp import resumo_do_estilo
from estoque_site.urls import urlpatterns

pytestmark = pytest.mark.django_db

COMUM = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
ESTILO_DO_ERRO = "'sha256-+YqjHpMge1rfDXOBrlVj+8TgHJ3ZylH1enBPi2cOpeI='"
ESTRITA = {**COMUM, "script-src": "'self'", "style-src": f"'self' {ESTILO_DO_ERRO}"}
DO_ADMIN = {**COMUM, "script-src": "'self' 'unsafe-eval'", "style-src": "'self' 'unsafe-inline'"}
DOS_DOCUMENTOS = {**COMUM, "script-src": "'self'", "style-src": "'self' 'unsafe-inline'"}


def politica(resposta) -> dict[str, str]:
    return dict(diretiva.strip().split(" ", 1) for diretiva in resposta["Content-Security-Policy"].split(";"))


@pytest.mark.parametrize(
    ("caminho", "esperada"),
    [
        ("/", ESTRITA),
        ("/saude", ESTRITA),
        ("/naoexiste", ESTRITA),
        ("/api/estoque", ESTRITA),
        ("/api/naoexiste", ESTRITA),
        ("/api/schema", ESTRITA),
        ("/api/docs", DOS_DOCUMENTOS),
        ("/admin/", DO_ADMIN),
        ("/admin/login/", DO_ADMIN),
        ("/admin/naoexiste", DO_ADMIN),
        ("/admin/projecao/estoqueprojecaocache/", DO_ADMIN),
    ],
)
def test_every_answer_has_its_policy(client, admin_client, caminho, esperada):
    for cliente in (client, admin_client):
        assert politica(cliente.get(caminho)) == esperada


def test_refusals_and_failures_have_it_too(monkeypatch):
    usuario = User.objects.create_user("novato", password="x", is_staff=True)
    cliente = Client(enforce_csrf_checks=True, raise_request_exception=False)
    cliente.force_login(usuario)
    assert politica(cliente.get("/admin/projecao/produto/")) == DO_ADMIN  # 403
    assert politica(cliente.post("/admin/logout/")) == DO_ADMIN  # 403, CSRF
    assert politica(cliente.get("/", headers={"host": "outro.exemplo"})) == ESTRITA  # 400

    def falhar(request):
        raise RuntimeError

    monkeypatch.setattr(urlpatterns[0], "callback", falhar)
    resposta = cliente.get("/")
    assert resposta.status_code == 500
    assert politica(resposta) == ESTRITA


@pytest.mark.parametrize("pagina", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_the_style_of_error_pages_is_the_one_that_is_allowed(pagina):
    """They load nothing: there may be no static files when one is shown."""
    html = get_template(pagina).render()
    assert resumo_do_estilo(html) == ESTILO_DO_ERRO
    assert not re.search(r"<script|\bsrc=|rel=.stylesheet|\son\w+=|\sstyle=", html)


def test_docs_come_without_a_script_in_the_page(admin_client):
    html = admin_client.get("/api/docs").content.decode()
    assert re.findall(r"<script\b[^>]*>", html) == re.findall(r'<script src="[^"]+">', html) != []
    assert "javascript" in admin_client.get("/api/docs?script=").headers["Content-Type"]


PROIBIDOS = {
    "a script in the page": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "a style in the page": re.compile(r"<style\b[^S]|<[a-z][^<>]*\sstyle=", re.IGNORECASE),
    "a handler in an attribute": re.compile(r"<[a-z][^<>]*\son[a-z]+=", re.IGNORECASE),
    "an address that is a script": re.compile(r"javascript:", re.IGNORECASE),
    "another host": re.compile(r"""(src|href)=["'](https?:)?//""", re.IGNORECASE),
}
NOSSOS = [
    *settings.BASE_DIR.glob("templates/**/*.html"),
    *(
        modulo
        for app in ("projecao", "carteira", "producao", "estoque_site")
        for modulo in (settings.BASE_DIR / app).rglob("*.py")
        if "tests" not in modulo.parts and "demo" not in modulo.parts
    ),
]
DE_PROPOSITO = {("templates/erro.html", "a style in the page"), ("estoque_site/csp.py", "a style in the page")}


def test_nothing_of_ours_needs_a_weaker_policy():
    achados = {
        (str(caminho.relative_to(settings.BASE_DIR)), motivo)
        for caminho in NOSSOS
        for motivo, padrao in PROIBIDOS.items()
        if padrao.search(caminho.read_text(encoding="utf-8"))
    }
    assert achados == DE_PROPOSITO
