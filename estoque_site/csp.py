"""Content-Security-Policy: a page runs, loads and sends only what is ours. Relaxed by path, where others' pages
cannot do without; no page runs a script that stands in its HTML."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware

PAGINA_DE_ERRO = Path(__file__).resolve().parent.parent / "templates" / "erro.html"


def resumo_do_estilo(html: str) -> str:
    """The only style that stands in a page of ours: that of errors, which may be shown without static files."""
    [estilo] = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    return f"'sha256-{b64encode(sha256(estilo.encode()).digest()).decode()}'"


POLITICA = {
    "default-src": [SELF],
    "script-src": [SELF],
    "style-src": [SELF, resumo_do_estilo(PAGINA_DE_ERRO.read_text(encoding="utf-8"))],
    "img-src": [SELF, "data:"],
    "object-src": [NONE],
    "base-uri": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}
# No hash beside 'unsafe-inline': browsers then forget the latter.
ESTILOS_NA_PAGINA = {"style-src": [SELF, UNSAFE_INLINE]}
RELAXADAS = {
    # unfold: Alpine makes functions of the attributes it reads, and pages carry their colours in a <style>.
    "/admin/": {"script-src": [SELF, UNSAFE_EVAL], **ESTILOS_NA_PAGINA},
    # Swagger's page has a <style>, and its widgets style attributes.
    "/api/docs": ESTILOS_NA_PAGINA,
}


class Politica(CSPMiddleware):
    def get_policy_parts(self, request, response, report_only=False):
        partes = super().get_policy_parts(request, response, report_only)
        for caminho, diretivas in RELAXADAS.items():
            if request.path_info.startswith(caminho):
                partes.replace = {**diretivas, **(partes.replace or {})}
        return partes
