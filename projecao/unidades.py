"""Quantities outside are Decimal(15,3); inside the engine they are whole thousandths (`int`)."""

from decimal import Decimal

from django.utils.formats import number_format

ZERO = Decimal("0.000")
LIMITE = 10**15


def milesimos(quantidade: Decimal) -> int:
    return int(quantidade.scaleb(3))


def quantidade(milesimos: int) -> Decimal:
    return Decimal(milesimos).scaleb(-3)


def quantidade_guardavel(milesimos: int) -> Decimal:
    """For a column. Raises OverflowError for what no Decimal(15,3) holds; SQLite would store it, less exactly."""
    if not -LIMITE < milesimos < LIMITE:
        raise OverflowError(f"{milesimos / 1000:.0f} tem mais de 12 dígitos")
    return quantidade(milesimos)


def em_portugues(valor: Decimal) -> str:
    """As a Brazilian reads it, with the decimals that say something: 1.489,5."""
    inteiro = valor == valor.to_integral_value()
    return number_format(valor.quantize(Decimal(1)) if inteiro else valor.normalize(), force_grouping=True)


def inteiro(valor: int) -> str:
    return number_format(valor, force_grouping=True)


def contar(n: int, um: str, varios: str) -> str:
    """1 produto, 2 produtos."""
    return f"{inteiro(n)} {um if n == 1 else varios}"


def idade(segundos: float) -> str:
    """How long ago, at a glance: 12 s, 2 min, 7 h, 3 dias."""
    if segundos < 60:
        return f"{segundos:.0f} s"
    if segundos < 3600:
        return f"{segundos // 60:.0f} min"
    if segundos < 86400:
        return f"{segundos // 3600:.0f} h"
    return contar(int(segundos // 86400), "dia", "dias")


def duracao(milissegundos: float) -> str:
    """How long something took: 0,4 ms, 35 ms, 1,2 s, 2 min 5 s."""
    if milissegundos < 10:
        return f"{number_format(milissegundos, 1)} ms"
    if milissegundos < 1000:
        return f"{milissegundos:.0f} ms"
    if milissegundos < 60_000:
        return f"{number_format(milissegundos / 1000, 1)} s"
    minutos, segundos = divmod(round(milissegundos / 1000), 60)
    return f"{inteiro(minutos)} min {segundos} s" if segundos else f"{inteiro(minutos)} min"
