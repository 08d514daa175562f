"""What grows with the portfolio: the time and the memory of a full recalculation, in a process of its own."""

import json
import resource
import subprocess
import sys
import time

from benchmarks.ambiente import RAIZ
from benchmarks.medida import Relatorio

VEZES = 5
"""How many times as many products."""


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

    esvaziar()
    inicio = time.perf_counter()
    recalculo.recalcular(recalculo.todos_os_codigos())
    segundos = time.perf_counter() - inicio
    unidade = 1024 if sys.platform != "darwin" else 1024**2
    print(json.dumps([segundos, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unidade]))


if __name__ == "__main__":
    principal()
