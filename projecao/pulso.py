"""The heartbeat of background work: written by tasks alone, so that only a cluster that works can write it."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from projecao.models import EstadoInterno

INTERVALO = timedelta(seconds=5)
"""Between two beats that are stored; those in between cost one query that writes nothing."""


def bater(_produtos: int = 0) -> bool:
    """Called when a task begins and as it advances (it takes what `AoAvancar` gives). Whether this beat was stored."""
    agora = timezone.now()
    batimento = EstadoInterno.objects.filter(nome=EstadoInterno.Nome.BATIMENTO)
    # A beat of the future was stored before the clock was set back.
    return bool(batimento.filter(Q(em__lt=agora - INTERVALO) | Q(em__gt=agora)).update(em=agora))


def ultimo() -> datetime | None:
    """None: the database was never migrated."""
    return EstadoInterno.objects.filter(nome=EstadoInterno.Nome.BATIMENTO).values_list("em", flat=True).first()
