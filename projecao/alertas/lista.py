"""The worklist as it is read: filtered and paged, each item with its product's figures of now.

State, responsible, text and order are the items' own. Status and day of rupture are the product's: those of a product
that still waits in the queue are computed now, up to PROJECAO_PENDENTES_NA_LISTA of them (beyond it they count as
stored, as in `consulta`). A constant number of queries, whatever the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from projecao import consulta, servico
from projecao.conf import ajustes
from projecao.models import EstoqueProjecaoCache, Ocorrencia
from projecao.models.busca import simplificado, simplificar
from projecao.unidades import quantidade

Estado = Ocorrencia.Estado
ABERTAS = (Estado.ABERTA, Estado.EM_ANDAMENTO)
"""Neither snoozed nor closed."""
EU, NINGUEM = "eu", "ninguem"


@dataclass(frozen=True)
class Filtro:
    """Empty: all of them."""

    estados: Sequence[str] = ()
    para_mim: bool = False
    """What somebody may take, and what the reader has taken: not what others are at."""
    responsavel: str = ""
    """EU, NINGUEM, or a username."""
    status: Sequence[str] = ()
    busca: str = ""
    """Words, each a part of the code or the name; no accents nor capitals needed."""
    dia_ruptura_ate: date | None = None

    def no_banco(self, usuario) -> Q:
        """All but what is the product's."""
        onde = Q(estado__in=self.estados) if self.estados else Q()
        if self.para_mim:
            onde &= Q(estado=Estado.ABERTA) | Q(estado=Estado.EM_ANDAMENTO, responsavel=usuario)
        if self.responsavel == EU:
            onde &= Q(responsavel=usuario)
        elif self.responsavel == NINGUEM:
            onde &= Q(responsavel=None)
        elif self.responsavel:
            onde &= Q(responsavel__username=self.responsavel)
        for palavra in simplificar(self.busca).split():
            onde &= Q(codigo_simples__contains=palavra) | Q(nome_simples__contains=palavra)
        return onde

    @property
    def do_produto(self) -> consulta.Filtro | None:
        if self.status or self.dia_ruptura_ate:
            return consulta.Filtro(self.status, dia_ruptura_ate=self.dia_ruptura_ate)
        return None


@dataclass(frozen=True)
class Item:
    ocorrencia: Ocorrencia
    retrato: servico.Retrato | None
    """None: the product cannot be computed, and has never been."""

    @property
    def falta(self):
        """Down to how far below zero its stock goes in 28 days."""
        return max(quantidade(0), quantidade(-self.retrato.figuras.menor_estoque_28d)) if self.retrato else None


class Lista:
    """A sequence that a paginator can count and slice; each item is an `Item`. The nearest rupture comes first."""

    def __init__(self, filtro: Filtro, usuario):
        velhos = consulta.desatualizados()
        self.pendentes = len(velhos)
        self.exata = self.pendentes <= ajustes.PENDENTES_NA_LISTA
        itens = _todas().filter(filtro.no_banco(usuario))
        if filtro.do_produto:
            itens = itens.filter(self._do_produto(filtro.do_produto, itens, velhos))
        self._itens = itens.order_by(F("dia_da_linha").asc(nulls_last=True), "cod_produto")

    def _do_produto(self, filtro: consulta.Filtro, itens: QuerySet, velhos: set[str]) -> Q:
        passam = Q(cod_produto__in=EstoqueProjecaoCache.objects.publicas().filter(filtro.no_banco()).values("pk"))
        if not self.exata or not velhos:
            return passam
        esperam = itens.filter(cod_produto__in=velhos).order_by().values_list("cod_produto", flat=True)
        retratos = servico.retratar_ou_guardado(esperam)
        aceitos = [cod for cod, retrato in retratos.items() if filtro.aceitos([retrato])]
        return (passam & ~Q(cod_produto__in=list(retratos))) | Q(cod_produto__in=aceitos)

    def count(self) -> int:
        return self._itens.count()

    __len__ = count

    def __getitem__(self, fatia: slice) -> list[Item]:
        return com_figuras(self._itens[fatia])


def _todas() -> QuerySet:
    linha = EstoqueProjecaoCache.objects.filter(pk=OuterRef("cod_produto"))
    return Ocorrencia.objects.select_related("responsavel").annotate(
        dia_da_linha=Subquery(linha.values("dia_ruptura")[:1]),
        codigo_simples=simplificado("cod_produto"),
        nome_simples=simplificado("nome_produto"),
    )


def com_figuras(ocorrencias) -> list[Item]:
    ocorrencias = list(ocorrencias)
    retratos = servico.retratar_ou_guardado(item.cod_produto for item in ocorrencias)
    return [Item(item, retratos.get(item.cod_produto)) for item in ocorrencias]


def contar_abertas(usuario) -> dict[str, int]:
    """`abertas`, and how many of them are `minhas`: one query."""
    return Ocorrencia.objects.filter(estado__in=ABERTAS).aggregate(
        abertas=Count("pk"), minhas=Count("pk", filter=Q(responsavel=usuario))
    )
