"""How far a running `Trabalho` is, and that its worker lives: in the cache, since its transaction shows neither.

A beat every few seconds comes from a thread of the worker, so it ends with the worker, also by kill -9.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.core.cache import cache

INTERVALO = 0.3
"""Seconds between two reports of progress."""
BATIDA = 5
"""Seconds between two beats."""
LEMBRANCA = 24 * 3600
SONDA = "trabalho:sonda"
VARREDURA = 90
"""Seconds within which a sweep follows the one before, with room to spare."""


class Andamento(NamedTuple):
    etapa: str = ""
    feitos: int = 0
    total: int = 0
    batida: float = 0.0
    """Seconds since the epoch, when the worker last said that it lives; 0 if it never did."""


class Relator:
    """Tells the cache. Its `etapa` is a `Progresso` (projecao.importacao.progresso)."""

    def __init__(self, pk: int):
        self._chave, self._atual, self._trava = _chave(pk), Andamento(), threading.Lock()

    @contextmanager
    def etapa(self, total: int, nome: str) -> Iterator[Callable[[int], None]]:
        feitos, ultima = 0, 0.0

        def avancar(quantos: int) -> None:
            nonlocal feitos, ultima
            feitos += quantos
            if time.monotonic() - ultima > INTERVALO:
                ultima = time.monotonic()
                self._relatar(nome, feitos, total)

        self._relatar(nome, 0, total)
        yield avancar
        self._relatar(nome, feitos, total)

    def _relatar(self, etapa: str, feitos: int, total: int) -> None:
        with self._trava:
            self._atual = Andamento(etapa, feitos, total)
            self._guardar()

    def _guardar(self) -> None:
        self._atual = self._atual._replace(batida=time.time())
        cache.set(self._chave, list(self._atual), LEMBRANCA)

    def bater(self, fim: threading.Event) -> None:
        while True:
            with self._trava:
                self._guardar()
            if fim.wait(BATIDA):
                return


@contextmanager
def acompanhar(pk: int) -> Iterator[Relator]:
    relator, fim = Relator(pk), threading.Event()
    batidas = threading.Thread(target=relator.bater, args=(fim,), name=f"trabalho-{pk}", daemon=True)
    batidas.start()
    try:
        yield relator
    finally:
        fim.set()
        batidas.join()


def ler(pk: int) -> Andamento:
    """The last report; an empty one if there is none, or no cache to ask."""
    return Andamento(*(cache.get(_chave(pk)) or ()))


def ouvia_se(agora: float) -> bool:
    """Whether the cache has been there since this was last asked: if not, a worker that was not heard may be well.

    Asked by each sweep, before it judges anybody.
    """
    anterior = cache.get(SONDA)
    cache.set(SONDA, agora, LEMBRANCA)
    return anterior is not None and agora - anterior < VARREDURA


def _chave(pk: int) -> str:
    return f"trabalho:{pk}"
