"""A progress bar for commands, on a terminal only: logs and pipes get none."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LARGURA = 30
INTERVALO = 0.1


@contextmanager
def barra(total: int | None, rotulo: str = "") -> Iterator[Callable[[int], None]]:
    """Yields the function that is told how many more are done. `total` None: a count without an end."""
    saida = sys.stderr
    if not saida.isatty() or total == 0:
        yield lambda quantos: None
        return
    feitos, ultima = 0, 0.0

    def avancar(quantos: int) -> None:
        nonlocal feitos, ultima
        feitos += quantos
        if time.monotonic() - ultima > INTERVALO:
            ultima = time.monotonic()
            saida.write(f"\r{rotulo} {_desenho(feitos, total)}")
            saida.flush()

    try:
        yield avancar
    finally:
        saida.write(f"\r{rotulo} {_desenho(feitos, total)}\n")


def _desenho(feitos: int, total: int | None) -> str:
    if total is None:
        return f"{feitos}"
    parte = min(1.0, feitos / total) if total else 1.0
    cheios = int(parte * LARGURA)
    return f"[{'#' * cheios}{'.' * (LARGURA - cheios)}] {feitos}/{total}"
