"""A column of a file: its headers, and how its cells become values of a model's field."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import BooleanField, DateField, DecimalField, Field

from projecao.importacao import valores
from projecao.importacao.erros import ValorInvalido
from projecao.importacao.valores import Celula, Formato, normalizar
from projecao.unidades import em_portugues

NADA = object()
"""The cell says nothing of its field: a new row takes the model's default, a stored one stays as it is."""

Leitor = Callable[[Celula, Formato], Any]
"""A cell → the value for the model, or NADA. Raises ValorInvalido."""


@dataclass(frozen=True)
class Coluna:
    campo: str
    nomes: tuple[str, ...] = ()
    """Headers that mean it, besides the field's own name; the company's first."""
    obrigatoria: bool = False
    """The file must have it, and no cell of it may be empty."""
    minimo: int | None = None
    arredonda: bool = False
    """A derived figure (weight, pallets, value): spreadsheets compute it with more decimals than we keep."""

    @property
    def rotulo(self) -> str:
        return f"{self.campo} ({self.nomes[0]})" if self.nomes else self.campo

    def leitor(self, campo: Field) -> Leitor:
        ler = _leitor(campo, self.arredonda)

        def ler_celula(celula: Celula, formato: Formato) -> Any:
            if valores.vazia(celula):
                if self.obrigatoria:
                    raise ValorInvalido("está em branco")
                return _valor_vazio(campo)
            valor = ler(celula, formato)
            if self.minimo is not None and valor < self.minimo:
                raise ValorInvalido(f"{em_portugues(valor)} é menor que {self.minimo}")
            return valor

        return ler_celula


def _leitor(campo: Field, arredonda: bool) -> Leitor:
    if campo.choices:
        opcoes = {normalizar(escrita): valor for par in campo.choices for escrita in par for valor in par[:1]}
        return partial(valores.opcao, opcoes=opcoes)
    if isinstance(campo, DecimalField):
        casas = campo.decimal_places
        return partial(valores.numero, inteiros=campo.max_digits - casas, casas=casas, arredonda=arredonda)
    if isinstance(campo, DateField):
        return valores.data
    if isinstance(campo, BooleanField):
        return valores.booleano
    return partial(valores.texto, maximo=campo.max_length)


def _valor_vazio(campo: Field) -> Any:
    """What the model lets be empty, an empty cell empties; elsewhere (a quantity, a status) it says nothing."""
    if campo.null:
        return None
    return "" if campo.blank else NADA
