"""An import in sentences, for its own page, for the lists of imports and of works."""

from django.utils.text import capfirst

from projecao.importacao.planilha import Planilha
from projecao.importacao.registro import planilhas
from projecao.unidades import contar

PARTES = (
    ("novas", "nova", "novas"),
    ("alteradas", "alterada", "alteradas"),
    ("retiradas", "retirada", "retiradas"),
    ("linhas_com_erro", "com erro", "com erro"),
)


def classe_de(tipo: str) -> type[Planilha] | None:
    """None for a kind that this installation no longer has."""
    return planilhas().get(tipo)


def titulo_do_tipo(tipo: str) -> str:
    classe = classe_de(tipo)
    return classe.titulo_do_tipo() if classe else tipo


def frase_das_contas(contas: dict[str, int]) -> str:
    """12 novas, 3 alteradas e 1 com erro"""
    partes = [contar(contas[nome], um, varias) for nome, um, varias in PARTES if contas[nome]]
    return enumerar(partes) or "nada muda"


def enumerar(partes: list[str], conjuncao: str = "e") -> str:
    return f" {conjuncao} ".join(filter(None, [", ".join(partes[:-1]), *partes[-1:]]))


def resumir_trabalho(resultado: dict) -> str:
    """Of what a work on a file left."""
    return f"{capfirst(frase_das_contas(resultado['contas']))}."
