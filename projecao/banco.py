"""What the two databases do differently, in one place (docs/decisions/0005)."""

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import BigIntegerField, DecimalField, ExpressionWrapper, F, Model, Sum
from django.db.models.functions import Cast, Round

Linha = TypeVar("Linha", bound=Model)


def ampliar_limite_de_parametros(sender, connection, **kwargs):
    """Django caps a statement at SQLite's old limit of 999 parameters; the library knows its real one.

    It is what keeps a recalculation of 1,000 products at the number of queries of one.
    """
    if connection.vendor == "sqlite":
        limite = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
        connection.features.max_query_params = limite


def em_transacao() -> bool:
    """Inside somebody's transaction a read sees what nobody else may see yet."""
    return connection.in_atomic_block


@contextmanager
def leitura_consistente():
    """All queries of the block see one moment of the database. Inside a transaction, that one's own view."""
    if em_transacao():
        yield
    elif connection.vendor == "sqlite":
        connection.ensure_connection()  # opening it is what sets its transaction mode
        modo, connection.transaction_mode = connection.transaction_mode, "DEFERRED"
        try:
            # The configured IMMEDIATE would take the only write lock, for a read.
            with transaction.atomic():
                connection.transaction_mode = modo
                yield
        finally:
            connection.transaction_mode = modo
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield


def travar_linhas(modelo: type[Linha], cods: Iterable[str], nova: Callable[[str], Linha]) -> dict[str, Linha]:
    """Lock one row a product, until the transaction ends; rows that are missing are made with `nova`.

    Whatever is missing is made while nothing is locked, and locks are taken in the order of the codes: two
    transactions that each call this once never wait for each other.
    """
    cods = sorted(set(cods))
    linhas = modelo.objects.filter(pk__in=cods)
    existentes = set(linhas.values_list("pk", flat=True))
    if len(existentes) < len(cods):
        modelo.objects.bulk_create([nova(cod) for cod in cods if cod not in existentes], ignore_conflicts=True)
    return {linha.pk: linha for linha in linhas.order_by("pk").select_for_update()}


def em_milesimos(expressao):
    """A Decimal(15,3) column or expression as whole thousandths.

    SQLite keeps decimals as floats: rounding each to its thousandth before adding keeps sums exact.
    """
    if isinstance(expressao, str):
        expressao = F(expressao)
    mil_vezes = ExpressionWrapper(expressao * 1000, output_field=DecimalField(max_digits=30, decimal_places=3))
    return Cast(Round(mil_vezes), BigIntegerField())


def soma_em_milesimos(expressao) -> Sum:
    return Sum(em_milesimos(expressao))
