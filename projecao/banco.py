"""What the two databases do differently, in one place (docs/decisions/0005)."""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import TypeVar

import orjson
from django.db import connection, transaction
from django.db.models import BigIntegerField, DecimalField, ExpressionWrapper, F, Func, Model, Sum, Value
from django.db.models.functions import Cast, Coalesce, Collate, Round

Linha = TypeVar("Linha", bound=Model)

PARAMETROS = 32_766
"""What SQLite takes in a statement unless it was built otherwise."""
CHAVES = 5_000
"""Keys in one IN (...): some statements name them several times."""


def em_lotes(itens: Iterable, tamanho: int = CHAVES) -> Iterator[list]:
    itens = list(itens)
    for inicio in range(0, len(itens), tamanho):
        yield itens[inicio : inicio + tamanho]


def ampliar_limite_de_parametros(sender, connection, **kwargs):
    """Django caps a statement at SQLite's old limit of 999 parameters; the library knows its real one.

    It is what keeps a recalculation of 1,000 products at the number of queries of one.
    """
    if connection.vendor == "sqlite":
        limite = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
        connection.features.max_query_params = min(limite, PARAMETROS)


def json_texto(valor: list) -> str:
    return orjson.dumps(valor).decode()


def matriz(valores: Iterable) -> str:
    """An array of PostgreSQL as its literal, to be cast to a type. Lists in it are JSON."""
    return "{" + ",".join(map(_na_matriz, valores)) + "}"


def _na_matriz(valor) -> str:
    if valor is None:
        return "NULL"
    if isinstance(valor, Decimal):
        return str(valor)
    if isinstance(valor, list):
        valor = json_texto(valor)
    elif not isinstance(valor, str):
        return f'"{valor}"'
    if '"' in valor or "\\" in valor:
        valor = valor.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{valor}"'


def existe(modelo: type[Model]) -> bool:
    return modelo._meta.db_table in connection.introspection.table_names()


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


def travar_linhas(modelo: type[Linha], cods: Collection[str], nova: Callable[[str], Linha]) -> dict[str, Linha]:
    """Lock one row a product, until the transaction ends; rows that are missing are made with `nova`.

    Whatever is missing is made while nothing is locked, and locks are taken in the order of the codes: two
    transactions that each call this once never wait for each other.
    """
    lotes = [modelo.objects.filter(pk__in=lote) for lote in em_lotes(sorted(set(cods)))]
    existentes = {pk for linhas in lotes for pk in linhas.values_list("pk", flat=True)}
    faltam = sorted(set(cods) - existentes)
    if faltam:
        modelo.objects.bulk_create([nova(cod) for cod in faltam], ignore_conflicts=True)
    return {linha.pk: linha for linhas in lotes for linha in linhas.order_by("pk").select_for_update()}


def na_ordem_do_python(campo: str):
    """A text column, to be sorted by code point as Python sorts it, whatever the database's collation."""
    texto = Coalesce(F(campo), Value(""))
    return Collate(texto, "C") if connection.vendor == "postgresql" else texto


class _SomaDosDias(Func):
    """What the days of `EstoqueProjecaoCache.dias` up to one of them add to its stock, in thousandths."""

    output_field = BigIntegerField()

    def as_postgresql(self, compiler, connection, **extra):
        soma = "SUM((d->>2)::bigint - (d->>1)::bigint) FROM jsonb_array_elements(%(expressions)s) d"
        return self._ate_o_dia(compiler, connection, f"{soma} WHERE (d->>0)::int")

    def as_sqlite(self, compiler, connection, **extra):
        soma = "SUM(json_extract(value, '$[2]') - json_extract(value, '$[1]')) FROM json_each(%(expressions)s)"
        return self._ate_o_dia(compiler, connection, f"{soma} WHERE json_extract(value, '$[0]')")

    def _ate_o_dia(self, compiler, connection, consulta):
        return self.as_sql(compiler, connection, template=f"COALESCE((SELECT {consulta} <= %(dia)d), 0)")


def estoque_final(dia: int):
    """`motor.Projecao.estoque_final[dia]` of a row, in thousandths: to sort by, where computing is for the motor."""
    return em_milesimos("estoque_atual") + _SomaDosDias("dias", dia=dia)


def em_milesimos(expressao):
    """A Decimal(15,3) column or expression as whole thousandths.

    SQLite keeps decimals as floats: rounding each to its thousandth before adding keeps sums exact.
    """
    if isinstance(expressao, str):
        expressao = F(expressao)
    mil_vezes = ExpressionWrapper(expressao * 1000, output_field=DecimalField(max_digits=30, decimal_places=3))
    return Cast(Round(mil_vezes), BigIntegerField())


class Inteiro(Cast):
    """A whole number that both drivers return as an `int`: Django need not make one of each, a million times over."""

    def __init__(self, expressao):
        super().__init__(expressao, BigIntegerField())

    def get_db_converters(self, connection):
        return []


def soma_em_milesimos(expressao) -> Inteiro:
    return Inteiro(Sum(em_milesimos(expressao)))


def soma_decimal_em_milesimos(expressao, **opcoes):
    """The same of many hundred thousand rows, as a number that `int` takes without loss: PostgreSQL's decimals are
    exact, and adding them first saves it most of the arithmetic."""
    if connection.vendor == "sqlite":
        return Sum(em_milesimos(expressao), **opcoes)
    soma = Sum(expressao, output_field=DecimalField(max_digits=30, decimal_places=3), **opcoes)
    return ExpressionWrapper(soma * 1000, output_field=DecimalField(max_digits=30, decimal_places=3))
