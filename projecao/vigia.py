"""Watching models: how any change of a row, one or many, reaches those whose numbers depend on it.

A watched model (`models.vigiado.Vigiado`) may be written one by one (signals) or in bulk (its queryset).
Both end in one call of the model's *reaction*, inside the transaction of the change, with what
the rows were and what they are. Every app connects its own models in its `signals.py`; the table of
all of them is in docs/sinais.md.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection
from django.db.models import Model
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save

from projecao.banco import em_lotes
from projecao.models.campos import QuantidadeField


class Mudanca(NamedTuple):
    """Rows before and after, each as a tuple of the watched columns; the two need not pair up.

    `exata` is False when the database decided what was written (an upsert): `depois` then lists
    the rows that were offered, not all of which may have been stored as they are.
    """

    antes: Collection[tuple]
    depois: Collection[tuple]
    exata: bool = True

    @property
    def linhas(self) -> list[tuple]:
        return [*self.antes, *self.depois]


Reacao = Callable[[Mudanca], None]


@dataclass(frozen=True)
class Vigia:
    modelo: type[Model]
    campos: tuple[str, ...]
    reagir: Reacao

    def travar(self, linhas) -> dict[object, tuple]:
        """Key → watched columns of the rows of a queryset, locked until the transaction ends.

        The subquery makes any queryset lockable: PostgreSQL refuses FOR UPDATE on outer joins and aggregates.
        """
        pks = linhas.order_by().values("pk")
        alvo = self.modelo._base_manager.filter(pk__in=pks)
        colunas = alvo.select_for_update().order_by("pk").values_list("pk", *self.campos)
        travadas = {pk: tuple(linha) for pk, *linha in colunas}
        if travadas and connection.features.has_select_for_update:
            # While we waited for a lock its owner may have changed the row so that it no longer matches; a
            # database looks again only at conditions on the row itself, not at those of a subquery.
            ainda = {pk for (pk,) in pks.values_list("pk")}
            travadas = {pk: linha for pk, linha in travadas.items() if pk in ainda}
        return travadas

    def ler(self, pks) -> list[tuple]:
        linhas = self.modelo._base_manager
        return [linha for lote in em_lotes(pks) for linha in linhas.filter(pk__in=lote).values_list(*self.campos)]

    def retratar(self, instancia: Model) -> tuple | None:
        """The watched columns as the database stores them; None if only the database knows (an expression)."""
        retrato = []
        for nome in self.campos:
            campo, valor = self.modelo._meta.get_field(nome), getattr(instancia, nome)
            if hasattr(valor, "resolve_expression"):
                return None
            retrato.append(
                campo.arredondar(valor) if isinstance(campo, QuantidadeField) else campo.get_prep_value(valor)
            )
        return tuple(retrato)

    def retratar_varias(self, instancias: Sequence[Model]) -> list[tuple]:
        retratos = [self.retratar(instancia) for instancia in instancias]
        if None in retratos:
            return self.ler([instancia.pk for instancia in instancias])
        return retratos


_vigias: dict[type[Model], Vigia] = {}


def vigiar(modelo: type[Model], campos: Sequence[str], reagir: Reacao) -> None:
    """Call once per model, from `AppConfig.ready()`."""
    _vigias[modelo] = Vigia(modelo, tuple(campos), reagir)
    uid = f"projecao.vigia.{modelo._meta.label_lower}"
    pre_save.connect(_antes_de_salvar, sender=modelo, dispatch_uid=uid)
    post_save.connect(_depois_de_salvar, sender=modelo, dispatch_uid=uid)
    pre_delete.connect(_antes_de_excluir, sender=modelo, dispatch_uid=uid)
    post_delete.connect(_depois_de_excluir, sender=modelo, dispatch_uid=uid)


def vigia_de(modelo: type[Model]) -> Vigia:
    return _vigias[modelo]


def vigiados() -> list[Vigia]:
    return list(_vigias.values())


# The old row is read from the database, with a lock: what the instance remembers may be minutes old.


def _antes_de_salvar(sender, instance, raw, **kwargs):
    if not raw:
        _lembrar(instance, _travar_uma(sender, instance) if instance.pk is not None else [])


def _depois_de_salvar(sender, instance, raw, created, **kwargs):
    if raw:  # loaddata: rows come as they are, and `conferir_estoque --corrigir` makes the numbers follow
        return
    vigia = _vigias[sender]
    # A saved update may have written fewer columns than the instance holds (update_fields, deferred).
    depois = vigia.retratar_varias([instance]) if created else vigia.ler([instance.pk])
    vigia.reagir(Mudanca(instance._vigia_antes.pop(), depois))


def _antes_de_excluir(sender, instance, **kwargs):
    _lembrar(instance, _travar_uma(sender, instance))


def _depois_de_excluir(sender, instance, **kwargs):
    _vigias[sender].reagir(Mudanca(instance._vigia_antes.pop(), []))


def _lembrar(instancia, linhas: list[tuple]) -> None:
    # A stack: somebody else's receiver may save the instance again before our turn comes.
    instancia.__dict__.setdefault("_vigia_antes", []).append(linhas)


def _travar_uma(modelo, instancia) -> list[tuple]:
    linha = modelo._base_manager.filter(pk=instancia.pk).select_for_update()
    return list(linha.values_list(*_vigias[modelo].campos))
