"""How an import tells how far it is. `projecao.management.progresso.barra` is one that draws."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

Progresso = Callable[[int, str], AbstractContextManager[Callable[[int], None]]]
"""(total, stage) → a context that yields the function which is told how many more are done."""


def sem_progresso(total: int, etapa: str) -> AbstractContextManager[Callable[[int], None]]:
    return nullcontext(lambda quantos: None)
