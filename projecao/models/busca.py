"""Searching as people type: no accents, no capitals. The same in Python and in every database."""

from django.db.models import Func, TextField
from django.db.models.functions import Lower

# The letters of Portuguese. SQLite's parser takes fewer than 30 nested calls.
COM_ACENTO = "áàâãéêíóôõúçÁÀÂÃÉÊÍÓÔÕÚÇ"
SEM_ACENTO = "aaaaeeiooouc" + "AAAAEEIOOOUC"
TABELA = str.maketrans(COM_ACENTO, SEM_ACENTO)


def simplificar(texto: str) -> str:
    return texto.translate(TABELA).lower()


class SemAcentos(Func):
    """`simplificar` in the database, before its LOWER."""

    function = "TRANSLATE"
    output_field = TextField()

    def as_sql(self, compiler, connection, **extra):
        return super().as_sql(
            compiler, connection, template=f"%(function)s(%(expressions)s, '{COM_ACENTO}', '{SEM_ACENTO}')", **extra
        )

    def as_sqlite(self, compiler, connection, **extra):
        sql, parametros = compiler.compile(self.get_source_expressions()[0])
        for de, para in zip(COM_ACENTO, SEM_ACENTO, strict=True):
            sql = f"REPLACE({sql}, '{de}', '{para}')"
        return sql, parametros


def simplificado(expressao):
    return Lower(SemAcentos(expressao))
