"""Quantities outside are Decimal(15,3); inside the engine they are whole thousandths (`int`)."""

from decimal import Decimal

MILESIMO = Decimal("0.001")
ZERO = Decimal("0.000")


def milesimos(quantidade: Decimal) -> int:
    return int(quantidade.scaleb(3))


def quantidade(milesimos: int) -> Decimal:
    return Decimal(milesimos).scaleb(-3)
