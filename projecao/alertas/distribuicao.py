"""Events whose time has come → what others get of them, each once: the outbox of `eventos`.

A receiver stores what it owes (a delivery, an e-mail, an item of the worklist) in the transaction that marks the
event as distributed. A crash before its end leaves the event to the next bell or sweep, and nothing stored.
"""

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from projecao.alertas import avisos, ocorrencias
from projecao.alertas.webhooks import entregas
from projecao.models import EventoDeRuptura

LOTE = 200

Recebedor = Callable[[list[EventoDeRuptura]], None]
"""Takes events in the order in which they happened. Inside a transaction: it stores, and sends nothing."""

RECEBEDORES: list[Recebedor] = [ocorrencias.receber, avisos.receber, entregas.receber]


def distribuir() -> int:
    """How many events. Two may run at once: each event is taken by one."""
    total = 0
    while feitos := _distribuir_lote():
        total += feitos
    return total


@transaction.atomic
def _distribuir_lote() -> int:
    prontos = EventoDeRuptura.objects.filter(estado=EventoDeRuptura.Estado.PENDENTE, vale_em__lte=timezone.now())
    eventos = list(prontos.order_by("id").select_for_update(skip_locked=True)[:LOTE])
    for receber in RECEBEDORES if eventos else ():
        receber(eventos)
    EventoDeRuptura.objects.filter(pk__in=[evento.pk for evento in eventos]).update(
        estado=EventoDeRuptura.Estado.DISTRIBUIDO
    )
    return len(eventos)
