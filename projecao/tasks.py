"""What Django-Q2 calls, and when. Arguments of tasks are pickled: these take none."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from django.utils import timezone
from django_q.conf import Conf
from django_q.models import OrmQ, Schedule

from projecao import banco, compactacao, execucoes, pulso, recalculo, trabalhos
from projecao.alertas import tratamento


def processar_recalculos_pendentes() -> int:
    return _trabalhar("processar_recalculos_pendentes", recalculo.drenar)


def job_atualizar_projecoes_antigas() -> int:
    return _trabalhar("job_atualizar_projecoes_antigas", recalculo.atualizar_antigas)


def job_avancar_dia() -> int:
    return _trabalhar("job_avancar_dia", recalculo.avancar_dia)


def compactar_projecoes() -> int:
    return _trabalhar("compactar_projecoes", _compactar)


def _compactar(ao_avancar: recalculo.AoAvancar) -> recalculo.Resultado:
    return recalculo.Resultado(produtos=compactacao.compactar().projecoes)


def responder() -> None:
    """The watchdog's question (estoque_site/trabalhador.py): whoever runs it has answered."""
    dar_sinal()


def _trabalhar(nome: str, trabalho: Callable[[recalculo.AoAvancar], recalculo.Resultado]) -> int:
    with execucoes.registrar(nome) as concluir:
        dar_sinal()
        concluir(resultado := trabalho(pulso.bater))
    return resultado.produtos


def dar_sinal() -> None:
    if pulso.bater():
        acertar_agenda()


def executar_trabalhos() -> int:
    dar_sinal()
    return trabalhos.executar_pendentes()


def tratar_alertas() -> int:
    return _trabalhar("tratar_alertas", _tratar)


def _tratar(ao_avancar: recalculo.AoAvancar) -> recalculo.Resultado:
    return recalculo.Resultado(produtos=tratamento.tratar())


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
    # What has held for long enough, what has to be tried again, and what was snoozed until today.
    "tratar_alertas": Agendamento("projecao.tasks.tratar_alertas", "* * * * * */30"),
    "compactar_projecoes": Agendamento("projecao.tasks.compactar_projecoes", "30 3 * * *"),
}


TOLERANCIA = timedelta(seconds=60)
"""By how much clocks may differ between machines, or be set back, before anybody minds."""


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


def acertar_agenda() -> list[str]:
    """After the clock was set back: nothing waits for a time that had already come. The names of what was moved."""
    agora, mudaram = timezone.now(), []
    for agenda in Schedule.objects.filter(name__in=AGENDA, next_run__gt=agora + TOLERANCIA):
        if agenda.next_run > agenda.calculate_next_run() + TOLERANCIA:
            Schedule.objects.filter(pk=agenda.pk, next_run=agenda.next_run).update(next_run=agora)
            mudaram.append(agenda.name)
    # What a worker holds is locked until `retry` from now at the most.
    OrmQ.objects.filter(lock__gt=agora + timedelta(seconds=Conf.RETRY) + TOLERANCIA).update(lock=agora)
    return mudaram


def ao_migrar(**kwargs) -> None:
    if banco.existe(Schedule):  # not when migrating backwards
        agendar()
