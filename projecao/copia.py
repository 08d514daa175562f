"""Rows in bulk, the fastest road that the database has (docs/decisions/0011).

On PostgreSQL one statement with an array a column; elsewhere what Django does. Nothing here calls a reaction or a
signal: it is for rows that nobody watches, and for whoever reacts himself.
"""

from collections.abc import Sequence
from functools import cache

from django.db import connection
from django.db.models import Model, QuerySet

from projecao.banco import json_texto, matriz


def disponivel() -> bool:
    return connection.vendor == "postgresql"


def acrescentar(modelo: type[Model], campos: Sequence[str], linhas: Sequence[Sequence]) -> None:
    """Insert rows, each of values as long as `campos`, which name all columns that the database does not fill."""
    if disponivel():
        _executar(_insercao(modelo, campos, len(linhas) == 1), linhas)
    else:
        QuerySet(modelo).bulk_create([modelo(**dict(zip(campos, linha, strict=True))) for linha in linhas])


def sobrepor(modelo: type[Model], campos: Sequence[str], linhas: Sequence[Sequence], versao: str = "") -> int:
    """Store these rows, key first, over those of the same keys. Returns how many were stored.

    Where writers run side by side a row whose `versao` (one of `campos`) has not grown is left out: somebody
    else stored it since we looked. Where the database lets one write at a time it cannot have happened.
    """
    if not linhas:
        return 0
    if disponivel():
        return _executar(_insercao(modelo, campos, len(linhas) == 1) + _conflito(modelo, campos, versao), linhas)
    novas = [modelo(**dict(zip(campos, linha, strict=True))) for linha in linhas]
    QuerySet(modelo).bulk_create(novas, update_conflicts=True, unique_fields=campos[:1], update_fields=campos[1:])
    return len(novas)


@cache
def _insercao(modelo: type[Model], campos: tuple[str, ...], uma: bool) -> str:
    """Its parameters are the values of the one row, or an array of values a column.

    Of an ARRAY[...] or many VALUES every element is parsed as an expression, in twice the time of these.
    """
    colunas = [modelo._meta.get_field(campo) for campo in campos]
    tipos = [coluna.db_type(connection) for coluna in colunas]
    matrizes = ", ".join(f"%s::{tipo}[]" for tipo in tipos)
    fonte = f"VALUES ({', '.join(['%s'] * len(campos))})" if uma else f"SELECT * FROM unnest({matrizes})"  # noqa: S608
    nomes = ", ".join(connection.ops.quote_name(coluna.column) for coluna in colunas)
    return f"INSERT INTO {connection.ops.quote_name(modelo._meta.db_table)} ({nomes}) {fonte}"


@cache
def _conflito(modelo: type[Model], campos: tuple[str, ...], versao: str) -> str:
    chave, *outras = (connection.ops.quote_name(modelo._meta.get_field(campo).column) for campo in campos)
    novos = ", ".join(f"{coluna} = excluded.{coluna}" for coluna in outras)
    tabela, coluna = (connection.ops.quote_name(nome) for nome in (modelo._meta.db_table, versao))
    cresce = f" WHERE {tabela}.{coluna} < excluded.{coluna}" if versao else ""
    return f" ON CONFLICT ({chave}) DO UPDATE SET {novos}{cresce}"


def _executar(comando: str, linhas: Sequence[Sequence]) -> int:
    with connection.cursor() as cursor:
        if len(linhas) == 1:
            valores = [json_texto(valor) if isinstance(valor, list) else valor for valor in linhas[0]]
        else:
            valores = [matriz(coluna) for coluna in zip(*linhas, strict=True)]
        cursor.execute(comando, valores)
        return cursor.rowcount
