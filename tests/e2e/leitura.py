"""Numbers, exactly: as the API answers them, and as a page writes them for Brazilians."""

import json
import re
from datetime import date
from decimal import Decimal
from urllib.parse import quote

from playwright.sync_api import APIRequestContext, Locator

BRASILEIRO = re.compile(r"[+-]?\d{1,3}(\.\d{3})*(,\d+)?", re.ASCII)


def numero(texto: str) -> Decimal:
    """1.234,5 → Decimal("1234.5"). Anything that is not written so fails: 1234, 1,234.5, an empty cell."""
    escrito = texto.strip()
    assert BRASILEIRO.fullmatch(escrito), f"{texto!r} is no number as Brazilians write it"
    return Decimal(escrito.replace(".", "").replace(",", "."))


def dia_e_mes(texto: str) -> str:
    """27/11, out of "Sex, 27/11/2026" and the like."""
    achado = re.search(r"\b\d\d/\d\d\b", texto)
    assert achado, f"{texto!r} names no day"
    return achado[0]


def iso(texto: str) -> date:
    return date.fromisoformat(texto)


class Api:
    """The HTTP API, with somebody's token."""

    def __init__(self, contexto: APIRequestContext):
        self._contexto = contexto

    def get(self, caminho: str, **consulta):
        """`caminho` begins after /api/. The answer must be a 200; its fractions are Decimals."""
        return self._corpo(self._contexto.get(f"/api/{caminho}", params=consulta), 200)

    def post(self, caminho: str, dados: dict | None = None):
        return self._corpo(self._contexto.post(f"/api/{caminho}", data=dados), 200)

    def recusa(self, status: int, caminho: str, **consulta) -> dict:
        """The problem that a GET is refused with."""
        return self._corpo(self._contexto.get(f"/api/{caminho}", params=consulta), status)

    def tudo(self, caminho: str, **consulta) -> list[dict]:
        """A paginated list, whole."""
        pagina = self.get(caminho, page_size=1000, **consulta)
        assert pagina["next"] is None
        return pagina["results"]

    def produto(self, cod: str, recurso: str, **consulta):
        """`recurso`: atual, projecao, disponibilidade, cardex, cardex-detalhado."""
        pasta = "produto" if recurso.startswith("cardex") else "estoque"
        return self.get(f"{pasta}/{quote(cod, safe='')}/{recurso}", **consulta)

    @staticmethod
    def _corpo(resposta, status: int):
        assert resposta.status == status, f"{resposta.url}: {resposta.status} {resposta.text()[:500]}"
        return json.loads(resposta.body(), parse_float=Decimal)


def tabela(local: Locator) -> list[list[str]]:
    """The cells of a table's body, row by row, as they are read."""
    return local.locator("tbody > tr").evaluate_all(
        "linhas => linhas.map(linha => [...linha.cells].map(celula => celula.innerText.trim()))"
    )
