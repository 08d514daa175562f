"""What the core counts as it works: small functions that it calls, and the metrics behind them.

Every process counts for itself, in memory that outlives it; what can be asked of the database or of Redis instead is
in `coletor.py`. Call them after the commit: what was rolled back did not happen.
"""

import resource
import sys
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.dispatch import Signal
from django.utils import timezone
from prometheus_client import Counter, Gauge, Histogram

RAPIDO = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Seconds of what should take less than one."""
DEMORADO = (0.01, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900)
"""Seconds of what may take long, or wait."""
DE_PRODUTOS = (1, 2, 5, 10, 50, 100, 250, 500, 1000, 5000)

_recalculo = Histogram("estoque_recalculo_segundos", "From reading a chunk's marks to its commit.", buckets=RAPIDO)
_lote = Histogram("estoque_recalculo_lote_produtos", "Products in a chunk.", buckets=DE_PRODUTOS)
_cpu = Counter("estoque_recalculo_cpu_segundos", "CPU that recalculations used in our processes.")
_gravados = Counter("estoque_recalculo_gravados", "Rows whose figures changed.")
_falhas = Counter("estoque_recalculo_falhas", "Times that a product could not be computed.")
_frescor = Histogram(
    "estoque_frescor_segundos",
    "From a change to its materialised rows, a change and chunk; also while a product that failed waits.",
    buckets=DEMORADO,
)
_pico = Gauge(
    "estoque_memoria_pico_bytes",
    "Most memory that a process which recalculates has held.",
    multiprocess_mode="max",
)
_jobs = Counter("estoque_job_execucoes", "Runs of jobs, by how they ended.", ["job", "desfecho"])
_job_segundos = Histogram("estoque_job_segundos", "Duration of a job's run.", ["job"], buckets=DEMORADO)
_redis = Counter("estoque_memoria_erros", "Calls to Redis that got no answer.")
_eventos = Counter("estoque_eventos", "Ruptures that began, moved or ended.", ["tipo"])
_webhooks = Counter("estoque_webhook_tentativas", "Attempts to deliver, by what came of them.", ["desfecho"])
_webhook_segundos = Histogram("estoque_webhook_segundos", "Time that a receiver took.", buckets=RAPIDO)
_cartas = Counter("estoque_email_cartas", "E-mails, by what came of them.", ["desfecho"])
_linhas = Counter("estoque_importacao_linhas", "Rows of planners' files that were stored.", ["tipo", "acao"])
_arquivos = Counter("estoque_importacao_arquivos", "Planners' files, by what came of them.", ["tipo", "desfecho"])


recalculado = Signal()
"""After a chunk's commit, for who follows one and not all: `segundos`, `produtos`, `gravados` (rows)."""


class Desfecho(StrEnum):
    OK = "ok"
    COM_FALHAS = "com_falhas"
    """It ended, but not for every product."""
    ERRO = "erro"


class Relogio(NamedTuple):
    parede: float
    cpu: float

    @classmethod
    def agora(cls) -> "Relogio":
        return cls(time.perf_counter(), time.thread_time())


def lote_recalculado(inicio: Relogio, produtos: int, gravados: int, marcadas: Iterable[datetime]) -> None:
    """`marcadas`: when what the chunk's marks speak of was changed; one change marks many products at one time."""
    fim, agora = Relogio.agora(), timezone.now()
    _recalculo.observe(fim.parede - inicio.parede)
    _cpu.inc(fim.cpu - inicio.cpu)
    _lote.observe(produtos)
    _gravados.inc(gravados)
    for momento in set(marcadas):
        _frescor.observe(max(0.0, (agora - momento).total_seconds()))
    pico = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _pico.set(pico if sys.platform == "darwin" else pico * 1024)
    recalculado.send_robust(None, segundos=fim.parede - inicio.parede, produtos=produtos, gravados=gravados)


def produto_falhou() -> None:
    _falhas.inc()


def anunciar_jobs(jobs: Iterable[str]) -> None:
    """They are there, with zeros, before they first run: one that never failed and one that never ran differ."""
    for job in jobs:
        _job_segundos.labels(job)
        for desfecho in Desfecho:
            _jobs.labels(job, desfecho)


def job_terminou(job: str, segundos: float, desfecho: Desfecho) -> None:
    _jobs.labels(job, desfecho).inc()
    _job_segundos.labels(job).observe(segundos)


def redis_falhou() -> None:
    _redis.inc()


def eventos_gravados(tipos: Iterable[str]) -> None:
    for tipo in tipos:
        _eventos.labels(tipo).inc()


def entrega_tentada(desfecho: str, segundos: float) -> None:
    """`desfecho`: what the delivery is after the attempt (`EntregaWebhook.Estado`); "pendente" is tried again."""
    _webhooks.labels(desfecho).inc()
    _webhook_segundos.observe(segundos)


def carta_enviada(desfecho: Desfecho) -> None:
    _cartas.labels(desfecho).inc()


def arquivo_importado(tipo: str, gravado: bool, linhas: Mapping[str, int]) -> None:
    """`linhas`: what was done → to how many rows; of a file that was refused only how many are bad."""
    _arquivos.labels(tipo, "gravado" if gravado else "recusado").inc()
    for acao, quantas in linhas.items():
        _linhas.labels(tipo, acao).inc(quantas)


for _desfecho in Desfecho.OK, Desfecho.ERRO:
    _cartas.labels(_desfecho)
