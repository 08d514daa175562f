"""The clock of an installation's processes, moved from outside while they run.

A file says by how many seconds it is ahead. time-machine moves only its own process, so each of them, also those
that are forked, looks at the file twenty times a second. PostgreSQL and Redis keep the real time, as other machines do.
"""

import os
import threading
import time
from pathlib import Path

import time_machine

VARIAVEL = "FALHAS_RELOGIO"
PASSO = 0.05


def seguir() -> None:
    if VARIAVEL not in os.environ:
        return
    arquivo = Path(os.environ[VARIAVEL])
    relogio = Relogio(arquivo)
    relogio.iniciar()
    os.register_at_fork(after_in_child=relogio.iniciar)


class Relogio:
    def __init__(self, arquivo: Path):
        self._arquivo = arquivo
        self._adiante = ler(arquivo)
        self._viagem = time_machine.travel(time.time() + self._adiante, tick=True).start()
        # Beginning took a moment, and longer on a busy machine.
        self._viagem.shift(time_machine.escape_hatch.time.time() + self._adiante - time.time())

    def iniciar(self) -> None:
        threading.Thread(target=self._acompanhar, daemon=True).start()

    def _acompanhar(self) -> None:
        while True:
            time.sleep(PASSO)
            adiante = ler(self._arquivo)
            if adiante != self._adiante:
                self._viagem.shift(adiante - self._adiante)
                self._adiante = adiante


def ler(arquivo: Path) -> float:
    return float(arquivo.read_text())


def escrever(arquivo: Path, adiante: float) -> None:
    novo = arquivo.with_suffix(".novo")
    novo.write_text(repr(adiante))
    novo.replace(arquivo)
