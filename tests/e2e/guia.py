"""The pictures of docs/guia-do-planejador.md: parts of the photographs that the tests take anyway.

Made anew by `make guia`. Only the product is in them; no date is typed in any, since a Chromium without its package
of languages writes those of another country.
"""

import os

from playwright.sync_api import Page

from tests.e2e.servidor import BASE

PASTA = BASE / "docs" / "imagens"
PEDIDO = "GUIA"
"""The variable that asks for them."""
FIGURAS = {
    "1-inicio": {"inicio": ("#content", 770)},
    "2-portfolio": {"portfolio": ("#portfolio-vivo", 520)},
    "3-produto-exemplo": {
        "produto-grafico": ("section:has(#grafico)", 420),
        "produto-dias": (".produto-rolagem:has(#dias-da-projecao)", 560),
    },
    "4-promessa-nao": {"promessa": ("#promessa-resposta", 400)},
    "5-workspace": {"pedido": ("#workspace-vivo", 480)},
    "5-workspace-efeito": {"pedido-efeito": (".workspace-efeito", 480)},
    "6-importacao-conferida": {"importacao": ("#content", 620)},
    "6-importacao-recusada": {"importacao-recusada": ("#content", 620)},
    "7-recalculo-de-todos": {"recalculo": ("#content", 420)},
    "8-maquina": {"maquina": ("#content", 720)},
}
"""Photograph: {picture: (the part of the page, as CSS selects it; how many pixels of its height at most)}."""


def ilustrar(pagina: Page, fotografia: str) -> None:
    """docs/imagens/ gets its pictures of this photograph, if they were asked for."""
    if not os.environ.get(PEDIDO):
        return
    PASTA.mkdir(exist_ok=True)
    for figura, (seletor, altura) in FIGURAS.get(fotografia, {}).items():
        caixa = pagina.locator(seletor).first.bounding_box()
        pagina.screenshot(
            path=PASTA / f"{figura}.png",
            clip={**caixa, "height": min(caixa["height"], altura)},
            full_page=True,
            animations="disabled",
        )
