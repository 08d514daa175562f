"""Columns that mean the same wherever they stand. In migrations they are what they are made of."""

from django.db import models


class QuantidadeField(models.DecimalField):
    """A quantity of the product's unit, in thousandths: Decimal(15,3) (SPEC.md section 3)."""

    def __init__(self, verbose_name=None, **kwargs):
        kwargs.setdefault("max_digits", 15)
        kwargs.setdefault("decimal_places", 3)
        super().__init__(verbose_name, **kwargs)

    def deconstruct(self):
        nome, _, args, kwargs = super().deconstruct()
        return nome, "django.db.models.DecimalField", args, kwargs


class CodigoField(models.CharField):
    """A product's code as the ERP writes it; never a foreign key, since files arrive in any order."""

    def __init__(self, verbose_name="código", **kwargs):
        kwargs.setdefault("max_length", 60)
        super().__init__(verbose_name, **kwargs)

    def deconstruct(self):
        nome, _, args, kwargs = super().deconstruct()
        return nome, "django.db.models.CharField", args, kwargs


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
