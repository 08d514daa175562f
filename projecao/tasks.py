"""What Django-Q2 calls, and when. Arguments of tasks are pickled: these take none."""

from typing import NamedTuple

from django.utils import timezone
from django_q.models import Schedule

from projecao import banco, compactacao, execucoes, recalculo, trabalhos


def processar_recalculos_pendentes() -> int:
    with execucoes.registrar("processar_recalculos_pendentes") as concluir:
        concluir(resultado := recalculo.drenar())
    return resultado.produtos


def job_atualizar_projecoes_antigas() -> int:
    with execucoes.registrar("job_atualizar_projecoes_antigas") as concluir:
        concluir(resultado := recalculo.atualizar_antigas())
    return resultado.produtos


def job_avancar_dia() -> int:
    with execucoes.registrar("job_avancar_dia") as concluir:
        concluir(resultado := recalculo.avancar_dia())
    return resultado.produtos


def compactar_projecoes() -> int:
    with execucoes.registrar("compactar_projecoes") as concluir:
        compactado = compactacao.compactar()
        concluir(recalculo.Resultado(produtos=compactado.projecoes))
    return compactado.projecoes


def executar_trabalhos() -> int:
    return trabalhos.executar_pendentes()


class Agendamento(NamedTuple):
    funcao: str
    cron: str
    """Six fields, seconds last (croniter). The scheduler ticks about every 30 s: nothing is finer."""


AGENDA = {
    "processar_recalculos_pendentes": Agendamento("projecao.tasks.processar_recalculos_pendentes", "* * * * * */30"),
    "job_atualizar_projecoes_antigas": Agendamento("projecao.tasks.job_atualizar_projecoes_antigas", "*/15 * * * *"),
    # On every tick, not at 00:00: a machine that slept through midnight, or whose clock moved, still rolls.
    "job_avancar_dia": Agendamento("projecao.tasks.job_avancar_dia", "* * * * * */30"),
    # What no bell rang for, and what a worker that died left behind.
    "executar_trabalhos": Agendamento("projecao.tasks.executar_trabalhos", "* * * * * */30"),
    "compactar_projecoes": Agendamento("projecao.tasks.compactar_projecoes", "30 3 * * *"),
}


def agendar() -> list[str]:
    """Register the schedules, once each, whatever was there. The names of those that changed."""
    mudaram = []
    for nome, agendamento in AGENDA.items():
        repetidos = Schedule.objects.filter(name=nome).order_by("id")
        atual = repetidos.first()
        if atual:
            repetidos.exclude(pk=atual.pk).delete()
        if atual and (atual.func, atual.cron, atual.schedule_type) == (*agendamento, Schedule.CRON):
            continue
        Schedule.objects.update_or_create(
            pk=atual.pk if atual else None,
            defaults={
                "name": nome,
                "func": agendamento.funcao,
                "schedule_type": Schedule.CRON,
                "cron": agendamento.cron,
                "repeats": -1,
                # Changing `cron` alone would leave the time that the old one had chosen.
                "next_run": timezone.now(),
            },
        )
        mudaram.append(nome)
    return mudaram


def ao_migrar(**kwargs) -> None:
    if banco.existe(Schedule):  # not when migrating backwards
        agendar()
