"""Where the counters of all processes of this machine live, so that whoever answers /metrics can add them up.

Each process counts in files of its own, which prometheus_client maps into memory. It would name them after the pid;
workers are recycled and commands come and go, so those would become more for ever, and none may be deleted: a sum
that goes down looks like a restart. So a file belongs to a *slot*, the lowest that nobody holds, and whoever takes
the slot of a process that is gone goes on counting where that one stopped. Who holds a slot is a lock of the kernel,
which no kind of death leaves behind.
"""

import fcntl
import json
import os
import struct
from collections.abc import Iterable
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from prometheus_client import values
from prometheus_client.metrics_core import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

VARIAVEL = "PROMETHEUS_MULTIPROC_DIR"
"""prometheus_client asks the environment for it each time it opens a file."""
VAGAS = 10_000
"""More processes at once than any machine of ours has: not finding one free means that something else is wrong."""
ILEGIVEL = (OSError, RuntimeError, TypeError, ValueError, struct.error)


class Vaga:
    """The slot of this process. A child that was forked does not keep its parent's: it takes one when it counts."""

    def __init__(self, pasta: Path):
        self._pasta = pasta
        self._numero: int | None = None
        self._trava = -1
        os.register_at_fork(after_in_child=self._largar)

    def numero(self) -> int:
        if self._numero is None:
            self._numero = self._ocupar()
        return self._numero

    def _ocupar(self) -> int:
        for numero in range(VAGAS):
            arquivo = self._pasta / f"vaga-{numero}.lock"
            try:
                trava = os.open(arquivo, os.O_RDWR | os.O_CREAT, 0o666)
            except PermissionError:
                if arquivo.exists():
                    continue  # another user's, such as root's who typed a command
                raise
            try:
                fcntl.flock(trava, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(trava)
                continue
            self._trava = trava
            for contadores in self._pasta.glob(f"*_{numero}.db"):
                # Half written when the machine lost its power: it would stop whoever opens it.
                if not legivel(contadores):
                    contadores.unlink()
            return numero
        raise OSError(f"no slot is free in {self._pasta}")

    def _largar(self) -> None:
        # The lock is of the open file, which parent and child share: a child must not hold its parent's after it.
        if self._numero is not None:
            os.close(self._trava)
            self._numero = None


def ligar(pasta: Path) -> None:
    """Call before the first metric is made, once. Raises ImproperlyConfigured if nothing can be written there."""
    try:
        pasta.mkdir(parents=True, exist_ok=True)
        os.environ[VARIAVEL] = str(pasta)
        values.ValueClass = values.MultiProcessValue(process_identifier=Vaga(pasta).numero)
    except OSError as erro:
        raise ImproperlyConfigured(f"{VARIAVEL}: the counters of /metrics cannot be kept ({erro})") from None


def legivel(arquivo: Path) -> bool:
    try:
        for chave, *_ in MmapedDict.read_all_values_from_file(arquivo):
            json.loads(chave)
    except ILEGIVEL:
        return False
    return True


class TodosOsProcessos:
    """A collector: the sum of every slot, held or left behind."""

    def __init__(self, pasta: Path):
        self._pasta = pasta

    def collect(self) -> Iterable[Metric]:
        arquivos = list(self._pasta.glob("*.db"))
        try:
            return MultiProcessCollector.merge(arquivos)
        except ILEGIVEL:
            # One that is being made right now, or was half written: the others still count.
            return MultiProcessCollector.merge([arquivo for arquivo in arquivos if legivel(arquivo)])
