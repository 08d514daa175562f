"""Every address of the installation, from its URL configuration, with real arguments where it takes some."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from django.urls import URLPattern, URLResolver, get_resolver

ARGUMENTO = re.compile(r"<(?:\w+:)?(\w+)>")
ALTERNATIVAS = re.compile(r"\(\?P<\w+>([\w|]+)\)")
"""A regular expression's group of names: an address for each of them."""


@dataclass(frozen=True)
class Endereco:
    padrao: str
    """As the decisions name it: "admin/projecao/produto/<path:object_id>/change/"."""
    url: str

    def __str__(self):
        return self.url


def padroes(resolvedor: URLResolver | None = None, prefixo: str = "") -> Iterator[str]:
    for item in (resolvedor or get_resolver()).url_patterns:
        padrao = prefixo + str(item.pattern).replace("^", "").replace("$", "")
        if isinstance(item, URLPattern):
            grupo = ALTERNATIVAS.search(padrao)
            for nome in grupo[1].split("|") if grupo else [""]:
                yield padrao.replace(grupo[0], nome) if grupo else padrao
        else:
            yield from padroes(item, padrao)


def enderecos(argumentos) -> Iterator[Endereco]:
    """`argumentos(padrao, nome)` is the value of a pattern's argument."""
    for padrao in padroes():
        url = ARGUMENTO.sub(lambda achado, p=padrao: quote(str(argumentos(p, achado[1])), safe=""), padrao)
        yield Endereco(padrao, "/" + url.replace("(?P<url>.*)", "nada-aqui"))
