"""Who watches over the browser, and who photographs it."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.e2e.guia import ilustrar
from tests.e2e.servidor import BASE, SENHA, Servidor

ARGUMENTOS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever asks for another host is named by the Observador, and does not reach it.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
TELAS = BASE / "var" / "telas"
NOTEBOOK, CELULAR = (1366, 768), (390, 844)
TEMAS = {"claro": "light", "escuro": "dark"}

ABORTADO = "net::ERR_ABORTED"
"""A download, or what was under way when the page was left: no failure of ours."""
RECURSO_RECUSADO = "Failed to load resource: the server responded with a status of"

VESTIR = """tema => {
    const raiz = document.documentElement;
    if (window.Alpine && raiz.hasAttribute("x-data")) {
        Alpine.$data(raiz).adminTheme = tema;  // unfold keeps it in localStorage and puts it on the class of <html>
    }
}"""
ASSENTAR = """async () => {
    await document.fonts.ready;
    await new Promise(pronto => requestAnimationFrame(() => requestAnimationFrame(pronto)));
}"""
ALTURA = "document.documentElement.scrollHeight"
SOBRA = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Observador:
    """What went wrong in the browser and no page shows: errors of scripts, refusals, requests to other hosts."""

    base: str
    problemas: list[str] = field(default_factory=list)
    _tolerados: list[tuple[int, str]] = field(default_factory=list)

    def tolerar(self, status: int, caminho: str) -> None:
        """From now on in this test, answers of this status whose path begins so are what was wanted."""
        self._tolerados.append((status, f"{self.base}{caminho}"))

    def observar(self, contexto: BrowserContext) -> None:
        contexto.on("console", self._console)
        contexto.on("weberror", lambda erro: self.problemas.append(f"script: {erro.error}"))
        contexto.on("request", self._pedido)
        contexto.on("requestfailed", self._falha)
        contexto.on("response", self._resposta)

    def conferir(self) -> None:
        assert not self.problemas, "\n".join(["the browser met with:", *self.problemas])

    def _console(self, mensagem) -> None:
        endereco = mensagem.location.get("url", "")
        recusado = mensagem.text.startswith(RECURSO_RECUSADO)  # _resposta judges it, by its status
        if mensagem.type == "error" and not (recusado and endereco.startswith(self.base)):
            self.problemas.append(f"console: {mensagem.text} ({endereco})")

    def _pedido(self, pedido: Request) -> None:
        partes = urlsplit(pedido.url)
        if partes.scheme not in ("data", "blob") and f"{partes.scheme}://{partes.netloc}" != self.base:
            self.problemas.append(f"another host: {pedido.url}")

    def _falha(self, pedido: Request) -> None:
        if pedido.failure != ABORTADO:
            self.problemas.append(f"request failed: {pedido.method} {pedido.url}: {pedido.failure}")

    def _resposta(self, resposta) -> None:
        tolerada = any(
            resposta.status == status and resposta.url.startswith(inicio) for status, inicio in self._tolerados
        )
        if resposta.status >= 400 and not tolerada:
            self.problemas.append(f"refused: {resposta.request.method} {resposta.url}: {resposta.status}")


def abrir_contexto(navegador: Browser, servidor: Servidor, sessao: dict | None = None) -> BrowserContext:
    """A Brazilian's browser, with nothing kept but `sessao`."""
    return navegador.new_context(
        base_url=servidor.url,
        storage_state=sessao,
        locale="pt-BR",
        timezone_id="America/Sao_Paulo",
        color_scheme="light",
        reduced_motion="reduce",
        viewport=dict(zip(("width", "height"), NOTEBOOK, strict=True)),
    )


def entrar_pela_porta(pagina: Page, usuario: str, senha: str = SENHA) -> None:
    pagina.goto("/")
    pagina.get_by_label("Usuário").fill(usuario)
    pagina.get_by_label("Senha").fill(senha)
    pagina.get_by_role("button", name="Acessar").click()
    pagina.wait_for_url("**/admin/")


def fotografar(pagina: Page, nome: str) -> None:
    """var/telas/`nome`-{1366,390}-{claro,escuro}.png, each the whole page. None may scroll sideways."""
    for tema, esquema in TEMAS.items():
        vestir(pagina, esquema)
        for largura, altura in (NOTEBOOK, CELULAR):
            pagina.set_viewport_size({"width": largura, "height": altura})
            pagina.evaluate(ASSENTAR)
            guardar(pagina, f"{nome}-{largura}-{tema}")
            if (tema, largura) == ("claro", NOTEBOOK[0]):
                ilustrar(pagina, nome)
            sobra = pagina.evaluate(SOBRA)
            assert sobra <= 0, f"{nome}: at {largura} pixels the page scrolls sideways, by {sobra}"
    vestir(pagina, TEMAS["claro"])
    pagina.set_viewport_size(dict(zip(("width", "height"), NOTEBOOK, strict=True)))


def vestir(pagina: Page, esquema: str) -> None:
    """Both what unfold's switch says and what the system prefers: own pages only know the latter."""
    pagina.emulate_media(color_scheme=esquema)
    pagina.evaluate(VESTIR, esquema)


def guardar(pagina: Page, nome: str) -> Path:
    caminho = TELAS / f"{nome}.png"
    # As tall as the page, or what sticks to the bottom of the window would be drawn across its middle.
    largura, altura = pagina.viewport_size["width"], pagina.viewport_size["height"]
    pagina.set_viewport_size({"width": largura, "height": max(altura, pagina.evaluate(ALTURA))})
    pagina.screenshot(path=caminho, full_page=True, animations="disabled")
    return caminho
