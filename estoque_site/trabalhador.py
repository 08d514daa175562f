"""A qcluster, and a watchdog outside it that starts it again when it no longer works (docs/decisions/0009).

django-q2 deadlocks for ever when a worker is killed while it waits for work, since it dies with the queue's lock in
its hands. So a cluster counts as sick, and is killed and started again, when

- its first process ends, or
- a worker or the monitor is gone without a word (seen within two seconds), or
- a question, which is a task like any other, is not answered in time while somebody has his hands free.

All that may be lost with it are bells: what is to be done stands in the queue of marks.
"""

import logging
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections
from django_q.tasks import async_task

from estoque_site import sinais_de_vida
from estoque_site.processos import Guarda, Parada, Processos
from projecao import fila

logger = logging.getLogger(__name__)

PASSO = 1.0
SILENCIO = 10
"""Seconds without a finished task before questions are asked, one each step."""
RESPOSTA = 20
"""Seconds that an answer may take. Another cluster may take a question away, hardly twenty in a row."""
PARTIDA = 30
"""Seconds that a new cluster has beyond these for its first task: on a busy machine it is long in coming."""
CARENCIA = 2
"""Seconds that a sick cluster gets to stop by itself. It never did."""
CARENCIA_AO_PARAR = 10
"""The same for a healthy one, when the end was asked for. Shorter than what `make run` and systemd wait for us."""
DURADOURO = 15
"""Seconds after which a cluster counts as one that had started."""
ESPERA_MAXIMA = 30
"""Most seconds before another is started after one that had not; the first follows at once."""

PERGUNTA = "projecao.tasks.responder"
COMANDO = f"{sys.executable} manage.py qcluster"


class Escuta:
    """What one cluster's processes have said of themselves."""

    def __init__(self):
        self.vivos: set[int] = set()
        self.ocupados: dict[int, float] = {}
        self.ultima = time.monotonic() + PARTIDA
        """When a task last went the whole way."""

    def ouvir(self, linhas: str) -> None:
        agora = time.monotonic()
        for linha in linhas.splitlines():
            o_que, pid = linha.split()
            pid = int(pid)
            if o_que == sinais_de_vida.COMECOU:
                self.ocupados[pid] = agora
            elif o_que == sinais_de_vida.TERMINOU:
                self.ocupados.pop(pid, None)
            elif o_que == sinais_de_vida.SAIU:
                self.vivos.discard(pid)
                self.ocupados.pop(pid, None)
            else:
                self.vivos.add(pid)
            if o_que == sinais_de_vida.CONFIRMOU:
                self.ultima = agora

    def todos_ocupados(self) -> bool:
        """Nobody could answer. A task that outlived its time limit is none: its worker hangs."""
        desde = time.monotonic() - settings.Q_CLUSTER["timeout"] - RESPOSTA
        return sum(inicio > desde for inicio in self.ocupados.values()) >= settings.Q_WORKERS


def vivo(pid: int) -> bool:
    """Not gone, nor (where the system tells) waiting for a parent that hangs to collect it."""
    try:
        os.kill(pid, 0)
        # The state comes after the name, which may hold anything but ends with the last parenthesis.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][:1] != "Z"
    except ProcessLookupError:
        return False
    except OSError:
        return True


class Vigiado:
    """One qcluster after another, each in a session of its own."""

    def __init__(self, pasta: Path):
        self._processos = Processos(pasta)
        self._leitura: int | None = None

    def iniciar(self) -> None:
        self._leitura, escrita = os.pipe()
        for ponta in (self._leitura, escrita):
            os.set_blocking(ponta, False)
        ambiente = {**os.environ, sinais_de_vida.VARIAVEL: str(escrita)}
        self._processos.iniciar("qcluster", COMANDO, settings.BASE_DIR, env=ambiente, pass_fds=[escrita])
        os.close(escrita)
        self._escuta, self._perguntando_desde = Escuta(), None
        self.inicio = time.monotonic()
        # What the one before had taken from the broker, it will never do; and the first sweep comes in 30 s.
        self._enfileirar(fila.TAREFA)

    def defeito(self) -> str | None:
        """Why it has to be started again; None while it works, or while nobody could tell."""
        if terminado := self._processos.terminado():
            return "qcluster ended with code {1}".format(*terminado)
        # Looked at before their last words are read: whoever said goodbye is not missed.
        sumidos = {pid for pid in self._escuta.vivos if not vivo(pid)}
        self._ouvir()
        if sumidos & self._escuta.vivos:
            return f"process {min(sumidos & self._escuta.vivos)} was killed"
        return self._sem_resposta()

    def parar(self, carencia: float) -> None:
        self._processos.parar(carencia)
        if self._leitura is not None:
            os.close(self._leitura)
            self._leitura = None

    def _ouvir(self) -> None:
        with suppress(BlockingIOError):
            while dito := os.read(self._leitura, 65536):
                self._escuta.ouvir(dito.decode())

    def _sem_resposta(self) -> str | None:
        agora = time.monotonic()
        perguntou = (
            agora - self._escuta.ultima > SILENCIO
            and not self._escuta.todos_ocupados()
            # Without a database nobody can answer, and a new cluster could not either.
            and self._enfileirar(PERGUNTA)
        )
        if not perguntou:
            self._perguntando_desde = None
        elif self._perguntando_desde is None:
            self._perguntando_desde = agora
        elif agora - self._perguntando_desde > RESPOSTA:
            return f"no answer for {agora - self._escuta.ultima:.0f} s"
        return None

    def _enfileirar(self, tarefa: str) -> bool:
        try:
            async_task(tarefa, save=False)
        except (DatabaseError, InterfaceError) as erro:
            logger.warning("the cluster cannot be asked, the database does not answer: %s", str(erro).strip())
            connections.close_all()
            return False
        return True


def trabalhar(pasta: Path) -> None:
    """Until a signal asks for the end. `pasta`: where the guard finds whom to end if we are killed ourselves."""
    parada, guarda, cluster = Parada(), Guarda(pasta), Vigiado(pasta)
    espera = 0
    try:
        cluster.iniciar()
        while not parada.pedida:
            time.sleep(PASSO)
            if motivo := cluster.defeito():
                durou = time.monotonic() - cluster.inicio
                espera = 0 if durou > DURADOURO else min(espera * 2 + 1, ESPERA_MAXIMA)
                logger.error("starting the cluster again in %s s: %s", espera, motivo)
                cluster.parar(CARENCIA)
                _dormir(espera, parada)
                if not parada.pedida:
                    cluster.iniciar()
    finally:
        cluster.parar(CARENCIA_AO_PARAR)
        guarda.dispensar()


def _dormir(segundos: float, parada: Parada) -> None:
    fim = time.monotonic() + segundos
    while time.monotonic() < fim and not parada.pedida:
        time.sleep(0.1)
