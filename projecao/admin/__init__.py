"""The core's screens, one module per group. Each registers its own."""

from projecao.admin import estoque, fila, importacao, produto, projecao, trabalho

__all__ = ["estoque", "fila", "importacao", "produto", "projecao", "trabalho"]
