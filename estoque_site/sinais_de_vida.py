"""What the processes of a qcluster say to who watches them (estoque_site/trabalhador.py), over a pipe.

One line each: what happened, and the pid to which it did. A line is far shorter than what a pipe writes at once, so
they never mix. Without the watchdog's variable in the environment nothing is connected.
"""

import os
from contextlib import suppress
from multiprocessing.util import Finalize

from django_q.signals import post_execute, post_execute_in_worker, post_spawn, pre_execute

VARIAVEL = "ESTOQUE_SINAIS_DE_VIDA"
"""Holds the number of the pipe's end that is ours to write to."""

NASCEU, COMECOU, TERMINOU, SAIU, CONFIRMOU = "nasceu", "comecou", "terminou", "saiu", "confirmou"

_quem_se_despede = 0


def conectar() -> None:
    if VARIAVEL in os.environ:
        for sinal, receptor in (
            (post_spawn, nasceu),
            (pre_execute, comecou),
            (post_execute_in_worker, terminou),
            (post_execute, confirmou),
        ):
            sinal.connect(receptor, dispatch_uid=f"estoque_site.sinais_de_vida.{receptor.__name__}")


def dizer(o_que: str) -> None:
    # Full, or closed because the watchdog is gone: neither is a reason not to work.
    with suppress(OSError):
        os.write(int(os.environ[VARIAVEL]), f"{o_que} {os.getpid()}\n".encode())


def nasceu(**kwargs) -> None:
    dizer(NASCEU)
    _despedir_se()


def comecou(**kwargs) -> None:
    dizer(COMECOU)


def terminou(**kwargs) -> None:
    dizer(TERMINOU)


def confirmou(**kwargs) -> None:
    """Said by the monitor, once a task has gone the whole way: pusher, worker, monitor, acknowledged."""
    dizer(CONFIRMOU)
    _despedir_se()


def _despedir_se() -> None:
    """Who leaves without it was killed. A worker that is recycled says it, and a monitor that fails at a task."""
    global _quem_se_despede
    if _quem_se_despede != os.getpid():
        _quem_se_despede = os.getpid()
        Finalize(None, dizer, args=(SAIU,), exitpriority=0)
