"""Columns that mean the same wherever they stand. In migrations they are what they are made of."""

from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Round
from django.db.models.lookups import In

from projecao.banco import matriz

NAO_NEGATIVA = MinValueValidator(0)


class QuantidadeField(models.DecimalField):
    """A quantity of the product's unit, in thousandths: Decimal(15,3) (SPEC.md section 3).

    What has more decimals is rounded here, once, the same on every database: PostgreSQL would round halves up
    by itself, Django halves to even, and SQLite would store the digits.
    """

    def __init__(self, verbose_name=None, **kwargs):
        kwargs.setdefault("max_digits", 15)
        kwargs.setdefault("decimal_places", 3)
        super().__init__(verbose_name, **kwargs)

    def deconstruct(self):
        nome, _, args, kwargs = super().deconstruct()
        return nome, "django.db.models.DecimalField", args, kwargs

    def arredondar(self, valor) -> Decimal | None:
        """The value as it is stored. Raises ValidationError for what is no number."""
        valor = self.to_python(valor)
        return valor and valor.quantize(Decimal(1).scaleb(-self.decimal_places), ROUND_HALF_UP)

    def get_db_prep_save(self, value, connection):
        if hasattr(value, "as_sql"):
            return value
        return super().get_db_prep_save(self.arredondar(value), connection)

    def expressao_arredondada(self, expressao):
        """An expression that the database computes, rounded as values are."""
        return Round(expressao, self.decimal_places, output_field=models.DecimalField(max_digits=30, decimal_places=3))

    def pre_save(self, model_instance, add):
        valor = super().pre_save(model_instance, add)
        return self.expressao_arredondada(valor) if hasattr(valor, "resolve_expression") else valor


class CodigoField(models.CharField):
    """A product's code as the ERP writes it; never a foreign key, since files arrive in any order."""

    def __init__(self, verbose_name="código", **kwargs):
        kwargs.setdefault("max_length", 60)
        super().__init__(verbose_name, **kwargs)

    def deconstruct(self):
        nome, _, args, kwargs = super().deconstruct()
        return nome, "django.db.models.CharField", args, kwargs


@CodigoField.register_lookup
class UmDosCodigos(In):
    """`__in` with thousands of codes, as PostgreSQL reads it fastest: one array, not as many parameters."""

    def get_prep_lookup(self):
        if isinstance(self.rhs, str) or hasattr(self.rhs, "resolve_expression"):
            return super().get_prep_lookup()
        valores = list(self.rhs)
        # Django would ask the field for each of them what a string is as a string.
        return valores if all(type(valor) is str for valor in valores) else super().get_prep_lookup()

    def as_postgresql(self, compiler, connection):
        if not self.rhs_is_direct_value() or not self.rhs or not all(type(valor) is str for valor in self.rhs):
            return super().as_sql(compiler, connection)
        coluna, parametros = self.process_lhs(compiler, connection)
        return f"{coluna} = ANY (%s::text[])", [*parametros, matriz(self.rhs)]


class ChaveOpcionalField(models.CharField):
    """A key that may be missing: stored as NULL when empty, so that it can be unique when filled, and joined on."""

    def __init__(self, verbose_name=None, **kwargs):
        kwargs.setdefault("max_length", 60)
        super().__init__(verbose_name, **{**kwargs, "null": True, "blank": True})

    def deconstruct(self):
        nome, _, args, kwargs = super().deconstruct()
        return nome, "django.db.models.CharField", args, kwargs

    def get_prep_value(self, value):
        return super().get_prep_value(value) or None


def autor(verbose_name: str) -> models.ForeignKey:
    """Who did it: an audit stamp, which outlives its user."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=verbose_name,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
