"""The core's screens, one module per group. Each registers its own."""

from projecao.admin import (
    alertas,
    destinos,
    estoque,
    fila,
    historico,
    importacao,
    ocorrencias,
    produto,
    projecao,
    trabalho,
)

__all__ = [
    "alertas",
    "destinos",
    "estoque",
    "fila",
    "historico",
    "importacao",
    "ocorrencias",
    "produto",
    "projecao",
    "trabalho",
]
