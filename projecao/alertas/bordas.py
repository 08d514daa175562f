"""When does a rupture become news? Pure rules: two states of a product in, an event's kind out.

Edges, not levels: a product that stays critical through a hundred recalculations is told once. The comparison is with
what was told last, not with the row before: a day that slips one by one is news once it has slipped far enough.
"""

from datetime import date
from typing import NamedTuple

from projecao import motor

DETECTADA = "ruptura_detectada"
MUDOU = "ruptura_mudou"
ATENCAO = "atencao"
RESOLVIDA = "ruptura_resolvida"


class Situacao(NamedTuple):
    status: str
    dia: date | None = None
    """The first day that ends below zero; None also for a critical product that only reaches zero."""


SEM_RUPTURA = Situacao(motor.OK)
"""What a product is before anything was told of it."""


def classificar(de: Situacao, para: Situacao, dias_minimos: int, hoje: date) -> str | None:
    """The kind of event that leads from what was told to what is, today; None if that is no news."""
    if para.status != de.status:
        return {motor.CRITICO: DETECTADA, motor.ATENCAO: ATENCAO, motor.OK: RESOLVIDA}[para.status]
    if para.status != motor.OK and _mudou_de_dia(de.dia, para.dia, dias_minimos, hoje):
        return MUDOU
    return None


def _mudou_de_dia(de: date | None, para: date | None, dias_minimos: int, hoje: date) -> bool:
    if de is None or para is None:
        return de is not para  # a day appeared, or there is none any more
    # What was out of stock yesterday and still is has not moved: its day is today because it cannot lie before.
    return abs((para - max(de, hoje)).days) >= dias_minimos
