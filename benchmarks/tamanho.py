"""What grows with the portfolio: the time and the memory of a full recalculation, in a process of its own."""

import json
import resource
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from benchmarks.ambiente import RAIZ
from benchmarks.medida import Relatorio, cronometrar

VEZES = 5
"""How many times as many products."""
RODADAS = 2
"""Of which the faster counts: what a busy machine adds is nothing of the portfolio's."""


def medir_processo() -> tuple[float, float]:
    """Seconds of a full recalculation that writes every row, and its process's peak in MB, as the command runs it."""
    saida = subprocess.run(
        [sys.executable, "-m", "benchmarks.tamanho"], cwd=RAIZ, check=True, capture_output=True, text=True
    )
    segundos, megabytes = json.loads(saida.stdout.splitlines()[-1])
    return segundos, megabytes


def medir(relatorio: Relatorio, produtos: int, antes: tuple[float, float], depois: tuple[float, float]) -> None:
    """`antes`: of `produtos`; `depois`: of VEZES as many."""
    relatorio.titulo(f"Growth, from {produtos} to {produtos * VEZES} products")
    for quantos, (segundos, megabytes) in ((produtos, antes), (produtos * VEZES, depois)):
        relatorio.mostrar(f"{quantos} products", f"{segundos:.1f} s, {megabytes:.0f} MB")
    relatorio.anotar("crescimento_5x", depois[0] / antes[0])
    relatorio.anotar("memoria_pico_mb", depois[1])


def principal() -> None:
    import django

    django.setup()
    from benchmarks.recalculo import esvaziar
    from projecao import recalculo

    segundos = []
    for _ in range(RODADAS):
        esvaziar()
        segundos.append(cronometrar(lambda: recalculo.recalcular(recalculo.todos_os_codigos())))
    print(json.dumps([min(segundos), pico_em_mb()]))


def pico_em_mb() -> float:
    """Of this process alone: `getrusage` of Linux also knows what its parent had when it was started."""
    with suppress(FileNotFoundError):
        situacao = dict(linha.split(":", 1) for linha in Path("/proc/self/status").read_text().splitlines())
        return int(situacao["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2  # bytes, on macOS


if __name__ == "__main__":
    principal()
