"""Starting processes so that none outlives us, whatever ends us: a request, a fault, kill -9.

honcho's Manager would do for the plain cases, but it waits for a process's output to end: it does not see the
death of one whose children still hold that output, as qcluster's do.
"""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

ESPERA_PARA_PARAR = 12
"""Seconds before what does not stop is killed. Longer than gunicorn's `graceful_timeout`."""

GUARDA = """
cat >/dev/null
pids=$(cat "$1"/*.pid)
kill -s TERM $pids
sleep "$2"
for pid in $pids; do kill -s KILL -- "-$pid" || kill -s KILL "$pid"; done
rm -rf "$1"
"""


class Parada:
    """The end, asked for by a signal. It only takes note: an exception raised out of nowhere may be swallowed."""

    def __init__(self):
        self.pedida = False
        for sinal in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sinal, self._anotar)

    def _anotar(self, sinal, quadro):
        self.pedida = True


class Guarda:
    """A shell that outlives us if we are killed: its input ends when we do, and it ends whoever has a .pid here."""

    def __init__(self, pasta: Path):
        comando = ["sh", "-c", GUARDA, "guarda", str(pasta), str(ESPERA_PARA_PARAR)]
        self._processo = subprocess.Popen(
            comando, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )

    def dispensar(self) -> None:
        os.killpg(self._processo.pid, signal.SIGKILL)
        self._processo.wait()


class Processos:
    """Each in a session of its own: Ctrl-C reaches us alone, and what they fork ends with them."""

    def __init__(self, pasta: Path):
        self._pasta = pasta
        self._ativos: dict[str, subprocess.Popen] = {}

    def iniciar(self, nome: str, comando: str, cwd: Path, **opcoes) -> subprocess.Popen:
        """`opcoes` are Popen's: its environment, where its output goes."""
        # exec: the shell must not stand between the signals and whom they are for.
        processo = subprocess.Popen(f"exec {comando}", shell=True, cwd=cwd, start_new_session=True, **opcoes)
        self._ativos[nome] = processo
        self._arquivo(nome).write_text(f"{processo.pid}\n")
        return processo

    def terminado(self) -> tuple[str, int] | None:
        """The first that ended by itself, with its code."""
        for nome, processo in self._ativos.items():
            if processo.poll() is not None:
                return nome, processo.returncode
        return None

    def parar(self, espera: float | None = None) -> None:
        # Only those we started: qcluster deadlocks when the processes it forked get the signal too.
        for processo in self._ativos.values():
            processo.terminate()
        fim = time.monotonic() + (ESPERA_PARA_PARAR if espera is None else espera)
        while time.monotonic() < fim and any(processo.poll() is None for processo in self._ativos.values()):
            time.sleep(0.1)
        for nome, processo in self._ativos.items():
            # A group outlives its leader that was killed, and a long task holds its own.
            with suppress(ProcessLookupError):
                os.killpg(processo.pid, signal.SIGKILL)
            processo.wait()
            self._arquivo(nome).unlink(missing_ok=True)
        self._ativos.clear()

    def _arquivo(self, nome: str) -> Path:
        return self._pasta / f"{nome}.pid"
