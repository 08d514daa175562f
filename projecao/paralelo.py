"""A few threads over one list of work: while some wait for the database, another computes."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

from django.db import connection

from projecao import banco

Item = TypeVar("Item")

FIOS = 3
"""Python's one lock is then never idle; more would only wait for it."""


def lado_a_lado(tarefa: Callable[[Item], object], itens: Sequence[Item]) -> Iterator[Item]:
    """Do `tarefa` of every item, each in transactions of its own; yields them as they are done.

    In the caller's thread where that is all there is: inside a transaction, or on a database with one writer. An
    error ends it, once what is being done is done.
    """
    if len(itens) < FIOS or banco.em_transacao() or not connection.features.has_select_for_update:
        for item in itens:
            tarefa(item)
            yield item
        return
    restantes, feitos = deque(itens), SimpleQueue()
    with ThreadPoolExecutor(FIOS) as fios:
        futuros = [fios.submit(_trabalhar, tarefa, restantes, feitos) for _ in range(FIOS)]
        try:
            for _ in range(FIOS):
                yield from iter(feitos.get, None)
        finally:
            restantes.clear()
    for futuro in futuros:
        futuro.result()


def _trabalhar(tarefa, restantes: deque, feitos: SimpleQueue) -> None:
    try:
        while restantes:
            try:
                item = restantes.popleft()
            except IndexError:  # the other thread got there first
                break
            tarefa(item)
            feitos.put(item)
    except BaseException:
        restantes.clear()
        raise
    finally:
        connection.close()  # this thread's own
        feitos.put(None)
