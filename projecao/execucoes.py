"""The log of background jobs: one row a run, whoever started it."""

import time
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db.models import Avg, Max
from django.utils import timezone
from django_q.models import Schedule

from projecao import telemetria
from projecao.conf import ajustes
from projecao.models import ExecucaoJob
from projecao.recalculo import Resultado
from projecao.unidades import contar

JOBS = {
    "processar_recalculos_pendentes": "Recálculo dos produtos na fila",
    "job_atualizar_projecoes_antigas": "Atualização das projeções antigas",
    "job_avancar_dia": "Virada do dia",
    "tratar_alertas": "Alertas de ruptura",
    "compactar_projecoes": "Limpeza diária",
}
"""As planners call them. One that never ran is shown too: it is what a stopped worker looks like."""
ATRASO = timedelta(minutes=2)
"""How late the next run of a job may be before somebody should look."""
GUARDADAS, PODA = 2000, 200
"""Runs of a job that are kept, looked at once in so many rows; those with a failure stay REGISTRO_DIAS."""
DA_MEDIA = 100
"""Runs of a job that its mean duration is of."""

telemetria.anunciar_jobs(JOBS)


def nome_do_job(nome: str) -> str:
    return JOBS.get(nome, nome)


def proximas() -> dict[str, datetime]:
    """When each scheduled job runs next."""
    return dict(Schedule.objects.order_by().values_list("name").annotate(em=Max("next_run")))


def sem_execucao(proxima: datetime | None, agora: datetime) -> tuple[str, str]:
    """`desfecho` of a job that never ran. In a fresh installation its time has just not come yet."""
    atrasado = proxima is None or agora - proxima > ATRASO
    return "Nunca executado", "warning" if atrasado else ""


def desfecho(falhas: int, erro: str) -> tuple[str, str]:
    """How a run ended, in words, and unfold's name for their colour."""
    if falhas:
        return contar(falhas, "falha", "falhas"), "warning"
    return ("Interrompido", "danger") if erro else ("Concluído", "success")


@contextmanager
def registrar(nome: str):
    """Yields the function that takes the run's `Resultado`. An error is recorded and goes on its way."""
    inicio, relogio, resultados = timezone.now(), time.perf_counter(), []
    erro = ""
    try:
        yield resultados.append
    except Exception as falha:
        erro = f"{type(falha).__name__}: {falha}"[:2000]
        raise
    finally:
        resultado = resultados[-1] if resultados else Resultado()
        duracao = time.perf_counter() - relogio
        telemetria.job_terminou(nome, duracao, _desfecho_medido(resultado, erro))
        _gravar(
            ExecucaoJob(
                nome=nome,
                inicio=inicio,
                duracao_ms=duracao * 1000,
                produtos=resultado.produtos,
                falhas=len(resultado.falhas),
                erro=erro or "\n".join(f"{cod}: {motivo}" for cod, motivo in resultado.falhas.items())[:2000],
            )
        )


def _desfecho_medido(resultado: Resultado, erro: str) -> telemetria.Desfecho:
    if erro:
        return telemetria.Desfecho.ERRO
    return telemetria.Desfecho.COM_FALHAS if resultado.falhas else telemetria.Desfecho.OK


def _gravar(execucao: ExecucaoJob) -> None:
    """A run that found nothing to do takes the place of one before it: an idle night is one row, not a thousand."""
    if _vazia(execucao):
        ultima = ExecucaoJob.objects.filter(nome=execucao.nome).order_by("-id").first()
        if ultima and _vazia(ultima):
            execucao.pk = ultima.pk
    execucao.save()
    if execucao.pk % PODA == 0:
        _podar(execucao.nome)


def _podar(nome: str) -> None:
    """Under steady writes the queue is worked off several times a second, hundreds of thousands of rows a day."""
    boas = ExecucaoJob.objects.filter(nome=nome, falhas=0, erro="")
    for ultima in boas.order_by("-id").values_list("pk", flat=True)[GUARDADAS : GUARDADAS + 1]:
        boas.filter(pk__lte=ultima).delete()


def _vazia(execucao: ExecucaoJob) -> bool:
    return not (execucao.produtos or execucao.falhas or execucao.erro)


def ultimas() -> dict[str, ExecucaoJob]:
    """Job → its last run."""
    nomes = ExecucaoJob.objects.order_by("nome").values_list("nome", flat=True).distinct()
    return {nome: ExecucaoJob.objects.filter(nome=nome).order_by("-id").first() for nome in list(nomes)}


def medias() -> dict[str, float]:
    """Job → mean duration of its last runs, in milliseconds. A query a job."""
    ultimas = {nome: ExecucaoJob.objects.filter(nome=nome).order_by("-id")[:DA_MEDIA] for nome in JOBS}
    valores = {nome: execucoes.aggregate(media=Avg("duracao_ms"))["media"] for nome, execucoes in ultimas.items()}
    return {nome: media for nome, media in valores.items() if media is not None}


def esquecer_antigas() -> int:
    limite = timezone.now() - timedelta(days=ajustes.REGISTRO_DIAS)
    return ExecucaoJob.objects.filter(inicio__lt=limite).delete()[0]
