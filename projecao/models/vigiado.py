"""The base of every model whose rows move a projection: its writes keep the promise, one by one or in bulk."""

from django.db import models, transaction
from django.db.models import Q

from projecao.banco import CHAVES, em_lotes
from projecao.models.campos import QuantidadeField
from projecao.vigia import Mudanca, vigia_de

LINHAS_POR_CASO = 500
LOTE_DE_CONDICOES = 200
"""Conditions in one OR: SQLite limits the depth of an expression."""


class ConjuntoVigiado(models.QuerySet):
    """What Django's bulk writes do, and the model's reaction in the same transaction (SPEC.md section 5)."""

    def bulk_create(
        self,
        objs,
        batch_size=None,
        ignore_conflicts=False,
        update_conflicts=False,
        update_fields=None,
        unique_fields=None,
    ):
        vigia, objs = vigia_de(self.model), list(objs)
        if not objs:
            return objs
        with transaction.atomic(using=self.db, savepoint=False):
            substituidas = {}
            if update_conflicts:
                for existentes in self._com_as_chaves(objs, unique_fields or ["pk"]):
                    substituidas |= vigia.travar(existentes)
            criados = super().bulk_create(
                objs, batch_size, ignore_conflicts, update_conflicts, update_fields, unique_fields
            )
            exata = not (ignore_conflicts or update_conflicts)
            vigia.reagir(Mudanca(substituidas.values(), vigia.retratar_varias(criados), exata))
        return criados

    bulk_create.alters_data = True

    def bulk_update(self, objs, fields, batch_size=None):
        vigia, objs = vigia_de(self.model), list(objs)
        # Django's own, in batches that its CASE WHEN bears (it costs the square), and one reaction for all of
        # them: a reaction a batch would lock stock in an order of its own, and deadlock with others.
        puro = models.QuerySet(self.model, query=self.query.chain(), using=self.db)
        with transaction.atomic(using=self.db, savepoint=False):
            antes = {}
            for gravadas in self._com_as_chaves(objs, ["pk"]):
                antes |= vigia.travar(gravadas)
            alteradas = puro.bulk_update(objs, fields, min(batch_size or LINHAS_POR_CASO, LINHAS_POR_CASO))
            if antes:
                vigia.reagir(Mudanca(antes.values(), vigia.ler(antes)))
        return alteradas

    bulk_update.alters_data = True

    def update(self, **valores):
        if self.query.is_sliced or self.query.combinator:
            return super().update(**valores)  # which refuses, with Django's own words
        vigia = vigia_de(self.model)
        valores = {nome: self._arredondado(nome, valor) for nome, valor in valores.items()}
        # By key, not by the filter again: a row committed since would be written and not reacted to, and the
        # second batch would see what the first one wrote. Only annotations that values may refer to stay.
        alvo = self if self.query.annotations else models.QuerySet(self.model, using=self.db)
        alteradas = 0
        with transaction.atomic(using=self.db, savepoint=False):
            antes = vigia.travar(self)
            for lote in em_lotes(antes):
                alteradas += models.QuerySet.update(alvo.filter(pk__in=lote), **valores)
            if antes:
                vigia.reagir(Mudanca(antes.values(), vigia.ler(antes)))
        return alteradas

    update.alters_data = True

    def delete(self):
        """Set-based: no row is loaded and no signal sent, the reaction is called once for all of them."""
        if self.query.is_sliced or self.query.combinator or self.query.distinct or self._fields is not None:
            return super().delete()  # which refuses, or collects, as Django does
        vigia = vigia_de(self.model)
        with transaction.atomic(using=self.db, savepoint=False):
            antes = vigia.travar(self)
            for lote in em_lotes(antes):
                self.model._base_manager.filter(pk__in=lote)._raw_delete(self.db)
            if antes:
                vigia.reagir(Mudanca(antes.values(), []))
        return len(antes), {self.model._meta.label: len(antes)} if antes else {}

    delete.alters_data = True
    delete.queryset_only = True

    def _arredondado(self, nome, valor):
        campo = self.model._meta.get_field(nome)
        if isinstance(campo, QuantidadeField) and hasattr(valor, "resolve_expression"):
            return campo.expressao_arredondada(valor)
        return valor

    def _com_as_chaves(self, objs, campos):
        """Querysets of the stored rows that have the unique key of one of `objs`."""
        for lote in em_lotes(objs, CHAVES if len(campos) == 1 else LOTE_DE_CONDICOES):
            if len(campos) == 1:
                onde = Q(**{f"{campos[0]}__in": [getattr(obj, campos[0]) for obj in lote]})
            else:
                iguais = [Q(**{campo: getattr(obj, campo) for campo in campos}) for obj in lote]
                onde = Q(*iguais, _connector=Q.OR)
            yield self.model._base_manager.filter(onde)


class Vigiado(models.Model):
    objects = ConjuntoVigiado.as_manager()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        # Django sends post_save after its own transaction: this one is what joins the row to its marks.
        with transaction.atomic(savepoint=False):
            super().save(*args, **kwargs)
