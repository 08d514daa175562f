"""The browser's tests: Chromium against a server, a worker, PostgreSQL and Redis, all real, started once.

A test takes `pagina` (the planner's) or `entrar("consulta")`, reads with `api` what it should find, and calls
`fotografar(pagina, "4-promessa-sim")` where a screen is as it should be seen. Nothing that a browser complains of is
let through; a refusal that is wanted is announced: `observador.tolerar(403, "/admin/…")`. One file per task.

The demo is everybody's: a test that writes brings products and orders of its own, and asserts of no total that
these would change. `servidor.importar` brings them as an operator would; exemplo.py is a product for all to read.
"""

import re
from contextlib import suppress

import pytest
from playwright.sync_api import Error, expect, sync_playwright

from tests.e2e.leitura import Api
from tests.e2e.navegacao import ARGUMENTOS, TELAS, Observador, abrir_contexto, entrar_pela_porta, guardar
from tests.e2e.servidor import SENHA, servindo
from tests.navegador import chromium

ESPERA = 20_000
"""Milliseconds for what a page should have at once, on a machine that others use too."""
FALHOU = pytest.StashKey[bool]()


@pytest.fixture(autouse=True)
def memoria_limpa():
    """Not here, unlike in the other tests: the Redis of a running server is its own."""


@pytest.fixture(scope="session")
def servidor():
    with servindo() as servidor:
        yield servidor


@pytest.fixture(scope="session")
def playwright():
    with sync_playwright() as playwright:
        expect.set_options(timeout=ESPERA)
        yield playwright


@pytest.fixture(scope="session")
def navegador(playwright):
    for antiga in TELAS.glob("falha-*.png"):
        antiga.unlink()
    navegador = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTOS)
    yield navegador
    navegador.close()


@pytest.fixture(scope="session")
def sessoes(navegador, servidor):
    """Each user's session, from the login page, once. For contexts of their own: `entrar`."""
    guardadas = {}

    def sessao(usuario: str) -> dict:
        if usuario not in guardadas:
            observador = Observador(servidor.url)
            with abrir_contexto(navegador, servidor) as contexto:
                observador.observar(contexto)
                entrar_pela_porta(contexto.new_page(), usuario)
                guardadas[usuario] = contexto.storage_state()
            observador.conferir()
        return guardadas[usuario]

    return sessao


@pytest.fixture(scope="session")
def tokens(playwright, servidor):
    """`tokens("consulta")`: the API with that user's token."""
    abertos = {}

    def api(usuario: str) -> Api:
        if usuario not in abertos:
            porta = playwright.request.new_context(base_url=servidor.url)
            dados = {"username": usuario, "password": SENHA}
            token = Api(porta).post("token", dados)["token"]
            porta.dispose()
            abertos[usuario] = playwright.request.new_context(
                base_url=servidor.url, extra_http_headers={"Authorization": f"Token {token}"}
            )
        return Api(abertos[usuario])

    yield api
    for contexto in abertos.values():
        contexto.dispose()


@pytest.fixture(scope="session")
def api(tokens):
    """The API as the planner's."""
    return tokens("planejador")


@pytest.fixture
def incalculavel(servidor):
    """The code of a product whose demand has more than the 12 digits that any may have; it is mended in the end."""
    cod = "E2E-INCALCULAVEL"
    linhas = "".join(f"E2E-I{n};E2E-I{n};{cod};999.999.999.999;\n" for n in range(2))
    servidor.importar("separacoes", f"separacao_lote_id;num_pedido;cod_produto;qtd_saldo;expedicao\n{linhas}")
    servidor.manage("processar_recalculos")
    yield cod
    apagar = f"from carteira.models import Separacao; Separacao.objects.filter(cod_produto='{cod}').delete()"
    servidor.manage("shell", "-c", apagar)
    servidor.manage("processar_recalculos")


@pytest.fixture
def observador(servidor):
    """Every test's browser is watched; what it met with fails the test, at its end."""
    observador = Observador(servidor.url)
    yield observador
    observador.conferir()


@pytest.fixture
def entrar(request, navegador, servidor, sessoes, observador):
    """`entrar("consulta")`: a page of a new browser in which that user has logged in; None, nobody."""
    contextos = []

    def entrar(usuario: str | None = "planejador"):
        contexto = abrir_contexto(navegador, servidor, sessoes(usuario) if usuario else None)
        contexto.set_default_timeout(ESPERA)
        contextos.append(contexto)
        observador.observar(contexto)
        return contexto.new_page()

    yield entrar
    for contexto in contextos:
        if request.node.stash.get(FALHOU, False):
            fotografar_falha(request.node.name, contexto)
        contexto.close()


@pytest.fixture
def pagina(entrar):
    """An empty page of the planner's browser."""
    return entrar("planejador")


def fotografar_falha(teste: str, contexto) -> None:
    nome = re.sub(r"\W+", "-", teste)
    for n, pagina in enumerate(contexto.pages):
        with suppress(Error):  # a page that is closing has nothing to show
            print(f"what the browser showed: {guardar(pagina, f'falha-{nome}-{n}')}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    relatorio = yield
    if relatorio.failed:
        item.stash[FALHOU] = True
    return relatorio
