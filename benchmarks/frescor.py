"""How long after its commit a change is in the materialised row, with one qcluster and a steady stream of writes."""

import json
import subprocess
import sys
import threading
import time
from bisect import bisect_left
from collections import defaultdict
from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal

from django.db import connection
from django.utils import timezone

from benchmarks.ambiente import RAIZ, qcluster
from benchmarks.medida import Divergencia, Porte, Relatorio, mediana, percentil
from projecao import recalculo
from projecao.models import EstoqueProjecaoCache, RecalculoPendente

ESCRITORES, COMMITS_POR_SEGUNDO = 2, 200
OLHADAS_POR_SEGUNDO = 40
ESPERA_FINAL = 30


def medir(relatorio: Relatorio, porte: Porte, clusters: int = 1) -> None:
    por_segundo, segundos = COMMITS_POR_SEGUNDO, porte.frescor
    relatorio.titulo(
        f"Freshness: {por_segundo} commits/s by {ESCRITORES} processes, {segundos:g} s, {clusters} qcluster"
    )
    recalculo.drenar()
    vigia = Vigia()
    with ExitStack() as pilha:
        for _ in range(clusters):
            pilha.enter_context(qcluster())
        time.sleep(3)
        vigia.start()
        commits = _escrever(porte.produtos, por_segundo / ESCRITORES, segundos)
        vigia.esperar(commits)
    latencias = vigia.latencias(commits)
    duracao = max(quando for *_, quando in commits) - min(quando for *_, quando in commits)
    relatorio.mostrar("commits a second", f"{len(commits) / duracao:,.0f}")
    terco = len(vigia.profundidades) // 3
    antes, depois = mediana(vigia.profundidades[:terco]), mediana(vigia.profundidades[terco : 2 * terco])
    relatorio.mostrar("marks waiting, median of the first third and of the second", f"{antes:.0f} → {depois:.0f}")
    if depois > antes + por_segundo:  # a second's worth
        relatorio.mostrar("THE QUEUE GROWS", "")
    relatorio.mostrar("commit to row, median (ms)", f"{mediana(latencias):.0f}")
    relatorio.anotar("frescor_p95_ms", percentil(latencias, 95))


def _escrever(produtos, por_segundo, segundos) -> list[tuple[str, Decimal, float]]:
    comando = [sys.executable, "-m", "benchmarks.escritor"]
    processos = [
        subprocess.Popen(
            [*comando, str(quem), str(produtos), str(por_segundo), str(segundos)], cwd=RAIZ, stdout=subprocess.PIPE
        )
        for quem in range(ESCRITORES)
    ]
    saidas = [processo.communicate()[0] for processo in processos]
    if any(processo.returncode for processo in processos):
        raise Divergencia("a writer failed")
    commits = [commit for saida in saidas for commit in json.loads(saida.splitlines()[-1])]
    return [(cod, Decimal(estoque), quando) for cod, estoque, quando in commits]


class Vigia(threading.Thread):
    """Looks at the rows again and again: what it sees was committed, and what it is late is counted against us."""

    def __init__(self):
        super().__init__(daemon=True)
        self.vistos: dict[str, list[tuple[Decimal, float]]] = defaultdict(list)
        self.profundidades: list[int] = []
        self._parar = threading.Event()

    def run(self) -> None:
        ultima_contagem = 0.0
        try:
            while not self._parar.wait(1 / OLHADAS_POR_SEGUNDO):
                # A row's time is that of its computation's start, so it may appear some time after it.
                desde = timezone.now() - timedelta(seconds=5)
                for cod, estoque in EstoqueProjecaoCache.objects.filter(data_calculo__gt=desde).values_list(
                    "pk", "estoque_atual"
                ):
                    if not self.vistos[cod] or self.vistos[cod][-1][0] < estoque:
                        self.vistos[cod].append((estoque, time.time()))
                if time.monotonic() > ultima_contagem + 0.5:
                    ultima_contagem = time.monotonic()
                    self.profundidades.append(RecalculoPendente.objects.count())
        finally:
            connection.close()

    def esperar(self, commits) -> None:
        """Until all is in the rows. Raises Divergencia for what never arrives."""
        fim = time.monotonic() + ESPERA_FINAL
        ultimos = {cod: estoque for cod, estoque, _ in commits}
        while faltam := [cod for cod, estoque in ultimos.items() if not self._viu(cod, estoque)]:
            if time.monotonic() > fim:
                raise Divergencia(f"{len(faltam)} products are not in their rows {ESPERA_FINAL} s after the last write")
            time.sleep(0.1)
        self._parar.set()
        self.join()

    def _viu(self, cod: str, estoque: Decimal) -> bool:
        return bool(self.vistos.get(cod)) and self.vistos[cod][-1][0] >= estoque

    def latencias(self, commits) -> list[float]:
        """Milliseconds. Stock only grows: the first row that holds as much holds the commit."""
        return [
            (self.vistos[cod][bisect_left(self.vistos[cod], (estoque,))][1] - quando) * 1000
            for cod, estoque, quando in commits
        ]
