"""The heartbeat, and a schedule that survives a clock that is set back."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone
from django_q.models import OrmQ, Schedule
from django_q.tasks import async_task

from projecao import fila, pulso, tasks
from projecao.models import EstadoInterno

pytestmark = pytest.mark.django_db

MANHA = datetime(2026, 11, 24, 12, tzinfo=UTC)
HORA = timedelta(hours=1)


def test_only_tasks_beat():
    with time_machine.travel(MANHA, tick=False):
        tasks.processar_recalculos_pendentes()
    with time_machine.travel(MANHA + HORA, tick=False):
        call_command("processar_recalculos")
    assert pulso.ultimo() == MANHA


@pytest.mark.parametrize("tarefa", [*(agenda.funcao for agenda in tasks.AGENDA.values()), "projecao.tasks.responder"])
def test_every_task_beats(tarefa):
    from django.utils.module_loading import import_string

    with time_machine.travel(MANHA, tick=False):
        import_string(tarefa)()
    assert pulso.ultimo() == MANHA


def test_beats_close_together_write_once():
    with time_machine.travel(MANHA, tick=False) as relogio:
        assert [pulso.bater(), pulso.bater()] == [True, False]
        relogio.shift(6)
        assert pulso.bater()


def test_a_beat_of_the_future_is_overwritten():
    with time_machine.travel(MANHA, tick=False):
        pulso.bater()
    with time_machine.travel(MANHA - HORA, tick=False):
        assert pulso.bater()
    assert pulso.ultimo() == MANHA - HORA


def test_a_bell_of_the_future_rings_again():
    with time_machine.travel(MANHA, tick=False):
        fila.tocar()
    with time_machine.travel(MANHA - HORA, tick=False):
        fila.tocar()
        fila.tocar()
    assert OrmQ.objects.count() == 2


def test_a_clock_set_back_stops_no_job():
    with time_machine.travel(MANHA, tick=False):
        Schedule.objects.update(next_run=MANHA + timedelta(seconds=30))
        async_task("projecao.tasks.responder")
        assert tasks.acertar_agenda() == []
    with time_machine.travel(MANHA - HORA, tick=False) as relogio:
        # Both this and the daily job, whose next run is really that far away, are looked at.
        Schedule.objects.filter(name="compactar_projecoes").update(next_run=MANHA + 18 * HORA + timedelta(minutes=30))
        tasks.responder()
        relogio.shift(1)
        vencidos = set(Schedule.objects.filter(next_run__lt=timezone.now()).values_list("name", flat=True))
        assert vencidos == set(tasks.AGENDA) - {"compactar_projecoes"}
        assert OrmQ.objects.filter(lock__lt=timezone.now()).count() == 1


def test_the_row_is_there_after_migrate():
    assert EstadoInterno.objects.filter(nome=EstadoInterno.Nome.BATIMENTO).exists()
