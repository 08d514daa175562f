"""Midnight, under reads: is any D0 ever yesterday's, or tomorrow's too soon?

Servers and worker live ahead of the machine's clock by as much as makes it midnight when all is ready (settings.py).
"""

import json
import random
import subprocess
import threading
import time
from contextlib import ExitStack
from datetime import date, datetime, timedelta

from django.utils import timezone

from benchmarks import dados, http
from benchmarks.ambiente import criar_token, gunicorn, processo, qcluster
from benchmarks.medida import Relatorio, mediana, percentil
from projecao.models import EstoqueProjecaoCache

LEITORES, LEITURAS_POR_SEGUNDO = 4, 50
DEPOIS = 3
"""Seconds of reads after the last row has rolled."""
PRAZO = 240
FOLGA = 0.05
"""Seconds by which the clocks of two processes may differ."""


def medir(relatorio: Relatorio, produtos: int, completo: bool = True) -> None:
    """Not `completo`: nobody waits for the worker's schedule, and the day is rolled by the command."""
    relatorio.titulo(f"Midnight over {produtos} products, under {LEITURAS_POR_SEGUNDO} reads/s")
    token, amanha = criar_token(), timezone.localdate() + timedelta(days=1)
    meia_noite = timezone.make_aware(datetime.combine(amanha, datetime.min.time())).timestamp()
    if completo:  # as if refreshed some minutes before midnight, as rows are
        _comando("recalcular_projecoes", "--todos", avanco=meia_noite - 180 - time.time())
    avanco = meia_noite - (25 if completo else 8) - time.time()
    with ExitStack() as pilha:
        porta = pilha.enter_context(gunicorn(**adiantado(avanco)))
        if completo:
            pilha.enter_context(qcluster(**adiantado(avanco)))
        leitores = [Leitor(quem, porta, token, produtos, avanco, meia_noite - avanco) for quem in range(LEITORES)]
        for leitor in leitores:
            leitor.start()
        time.sleep(max(0, meia_noite - avanco - time.time()))
        if not completo:
            _comando("avancar_dia", avanco=avanco)
        virou = _esperar_a_virada(meia_noite - avanco, amanha)
        time.sleep(DEPOIS)
        for leitor in leitores:
            leitor.parar()
    leituras = [leitura for leitor in leitores for leitura in leitor.leituras]
    durante = [ms for depois_da_meia_noite, ms in leituras if 0 <= depois_da_meia_noite <= virou]
    relatorio.mostrar("reads, all in all and while rows rolled", f"{len(leituras)}, {len(durante)}")
    relatorio.mostrar("seconds from midnight to the last row of the new day", f"{virou:.1f}")
    if durante:
        relatorio.mostrar("reads while rows rolled, median and p95 (ms)", _par(durante))
    for leitor in leitores:
        for errada in leitor.erradas[:3]:
            relatorio.mostrar(f"wrong: {errada}", "")
    relatorio.anotar("virada_leituras_erradas", sum(len(leitor.erradas) for leitor in leitores))


def adiantado(segundos: float) -> dict[str, str]:
    """The environment of a process that lives so far ahead of the machine's clock."""
    return {"BENCH_AVANCO_SEGUNDOS": str(max(1.0, segundos))}


def _comando(*comando: str, avanco: float) -> None:
    with processo("manage.py", *comando, saida=subprocess.DEVNULL, **adiantado(avanco)) as rodando:
        rodando.wait()


def _par(tempos: list[float]) -> str:
    return f"{mediana(tempos):.1f}, {percentil(tempos, 95):.1f}"


def _esperar_a_virada(meia_noite: float, amanha: date) -> float:
    """Seconds that it took, from `meia_noite` on the machine's own clock."""
    while EstoqueProjecaoCache.objects.exclude(data_base=amanha).exists():
        if time.time() > meia_noite + PRAZO:
            raise TimeoutError(f"rows of the day before {PRAZO} s after midnight")
        time.sleep(0.25)
    return time.time() - meia_noite


class Leitor(threading.Thread):
    def __init__(self, quem: int, porta: int, token: str, produtos: int, avanco: float, meia_noite: float):
        super().__init__(daemon=True)
        self.cliente, self.acaso = http.Cliente(porta, token), random.Random(quem)
        self.produtos, self.avanco, self.meia_noite = produtos, avanco, meia_noite
        self.leituras: list[tuple[float, float]] = []
        """(seconds after midnight at its end, ms)"""
        self.erradas: list[str] = []
        self._fim = threading.Event()

    def run(self) -> None:
        proxima = time.monotonic()
        while not self._fim.is_set():
            self._ler()
            proxima = max(proxima + LEITORES / LEITURAS_POR_SEGUNDO, time.monotonic() - 1)
            time.sleep(max(0, proxima - time.monotonic()))
        self.cliente.fechar()

    def _ler(self) -> None:
        # A third of the reads are of some 50 products that everybody looks at, which live in the memory tier.
        numero = self.acaso.randrange(min(50, self.produtos) if self.acaso.random() < 0.33 else self.produtos)
        forma = self.acaso.choice(["estoque/{}/projecao", "produto/{}/cardex"])
        antes = time.time()
        status, corpo = self.cliente.pedir(f"/api/{forma.format(dados.codigo(numero))}")
        depois = time.time()
        lido = json.loads(corpo)
        dias = lido.get("projecao") or lido.get("cardex") or [{}]
        d0 = {lido.get("data_base"), dias[0].get("data")} - {None}  # a cardex has no data_base
        certos = {self._data(antes - FOLGA).isoformat(), self._data(depois + FOLGA).isoformat()}
        if status != 200 or len(d0) != 1 or not d0 <= certos:
            self.erradas.append(f"{dados.codigo(numero)}: {status}, D0 {d0} where {certos} was right")
        self.leituras.append((depois - self.meia_noite, (depois - antes) * 1000))

    def _data(self, quando: float) -> date:
        """The date at which the servers live at this moment of the machine's clock."""
        return datetime.fromtimestamp(quando + self.avanco, tz=timezone.get_current_timezone()).date()

    def parar(self) -> None:
        self._fim.set()
        self.join()
