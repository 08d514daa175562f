"""What planners would use instead, each written as its own users would write it, and asked for the same answers.

They use the models' own querysets for which rows count (`a_sair`), so that they differ from the engine in one thing
only: how the work is cut. All return what `figuras_das_linhas` returns of the engine's rows.
"""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

from django.db import models
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from carteira.models import CarteiraPrincipal, PreSeparacaoItem, Separacao
from producao.models import ProgramacaoProducao
from projecao.models import EstoqueAtual, EstoqueProjecaoCache, Produto

DIAS = 29
ZERO = Decimal(0)
ATENCAO = Decimal(10)


class Figuras(NamedTuple):
    saidas: tuple[Decimal, ...]
    producao: tuple[Decimal, ...]
    estoque_atual: Decimal
    menor_estoque_7d: Decimal
    menor_estoque_28d: Decimal
    dia_ruptura: date | None
    status_ruptura: str


def figurar(dia: date, estoque: Decimal, seguranca: Decimal, saidas: list, producao: list) -> Figuras:
    finais = list(accumulate((e - s for s, e in zip(saidas, producao, strict=True)), initial=estoque))[1:]
    menor_7d, algo_sai = min(finais[:8]), any(saidas)
    ruptura = next((dia + timedelta(days=n) for n, final in enumerate(finais) if final < 0), None)
    if menor_7d < 0 or (menor_7d == 0 and algo_sai):
        status = "CRÍTICO"
    elif ruptura or (menor_7d < seguranca and algo_sai):
        status = "ATENÇÃO"
    else:
        status = "OK"
    return Figuras(tuple(saidas), tuple(producao), estoque, menor_7d, min(finais), ruptura, status)


def figuras_das_linhas(cods) -> dict[str, Figuras]:
    """What the engine has stored, read without its help: column by column, day by day."""
    achadas = {}
    for linha in EstoqueProjecaoCache.objects.filter(pk__in=cods):
        saidas, producao = [ZERO] * DIAS, [ZERO] * DIAS
        for dia, sai, entra in linha.dias:
            saidas[dia], producao[dia] = Decimal(sai) / 1000, Decimal(entra) / 1000
        achadas[linha.pk] = Figuras(
            tuple(saidas),
            tuple(producao),
            linha.estoque_atual,
            linha.menor_estoque_7d,
            linha.menor_estoque_28d,
            linha.dia_ruptura,
            linha.status_ruptura,
        )
    return achadas


# The original design: every day of every product asks every source.


def laco_diario(cod: str, dia: date) -> Figuras:
    estoque, seguranca = _estoque_e_seguranca(cod)
    saidas, producao = [], []
    for n in range(DIAS):
        data = dia + timedelta(days=n)
        saidas.append(_separado(cod, data, n == 0) + _pre_separado(cod, data, n == 0) + _na_carteira(cod, data, n == 0))
        producao.append(
            _soma(ProgramacaoProducao.objects.filter(cod_produto=cod, data_programacao=data), "qtd_programada")
        )
    return figurar(dia, estoque, seguranca, saidas, producao)


def _soma(conjunto: models.QuerySet, campo: str) -> Decimal:
    return conjunto.aggregate(soma=Sum(campo))["soma"] or ZERO


def _separado(cod, data, primeiro) -> Decimal:
    linhas = Separacao.objects.a_sair().filter(cod_produto=cod)
    linhas = linhas.annotate(data=Coalesce("pedido__expedicao", "expedicao"))
    quando = Q(data__lte=data) | Q(data=None) if primeiro else Q(data=data)
    return _soma(linhas.filter(quando), "qtd_saldo")


def _pre_separado(cod, data, primeiro) -> Decimal:
    quando = Q(data_expedicao_editada__lte=data) if primeiro else Q(data_expedicao_editada=data)
    return _soma(PreSeparacaoItem.objects.a_sair().filter(quando, cod_produto=cod), "qtd_selecionada_usuario")


def _na_carteira(cod, data, primeiro) -> Decimal:
    quando = Q(expedicao__lte=data) if primeiro else Q(expedicao=data)
    return _soma(CarteiraPrincipal.objects.a_sair().filter(quando, cod_produto=cod), "qtd_restante")


# Today's usual service: a product asks once for its stock and once each source, grouped by day, and is saved.


def consulta_por_produto(cod: str, dia: date) -> Figuras:
    estoque, seguranca = _estoque_e_seguranca(cod)
    saidas, producao = _somar_por_dia(cod, dia)
    return figurar(dia, estoque, seguranca, saidas, producao)


def salvar(cod: str, dia: date, figuras: Figuras, agora) -> None:
    """One save of the row, which Django tries as an UPDATE and, if there is none, makes an INSERT."""
    pares = zip(figuras.saidas, figuras.producao, strict=True)
    EstoqueProjecaoCache(
        cod_produto=cod,
        data_base=dia,
        dias=[[n, int(sai * 1000), int(entra * 1000)] for n, (sai, entra) in enumerate(pares) if sai or entra],
        estoque_atual=figuras.estoque_atual,
        menor_estoque_7d=figuras.menor_estoque_7d,
        menor_estoque_28d=figuras.menor_estoque_28d,
        dia_ruptura=figuras.dia_ruptura,
        status_ruptura=figuras.status_ruptura,
        data_calculo=agora,
        versao=1,
    ).save()


def _estoque_e_seguranca(cod: str) -> tuple[Decimal, Decimal]:
    estoque = EstoqueAtual.objects.filter(pk=cod).values_list("estoque", flat=True).first()
    seguranca = Produto.objects.filter(pk=cod).values_list("estoque_seguranca", flat=True).first()
    return estoque or ZERO, ATENCAO if seguranca is None else seguranca


def _somar_por_dia(cod: str, dia: date) -> tuple[list[Decimal], list[Decimal]]:
    saidas, producao = defaultdict(Decimal), defaultdict(Decimal)
    separacoes = Separacao.objects.a_sair().annotate(data=Coalesce("pedido__expedicao", "expedicao"))
    for conjunto, data, campo, sem_data_sai_hoje in (
        (separacoes, "data", "qtd_saldo", True),
        (PreSeparacaoItem.objects.a_sair(), "data_expedicao_editada", "qtd_selecionada_usuario", False),
        (CarteiraPrincipal.objects.a_sair(), "expedicao", "qtd_restante", False),
    ):
        grupos = conjunto.filter(cod_produto=cod).order_by().values_list(data)
        for quando, soma in grupos.annotate(soma=Sum(campo)):
            if quando is not None or sem_data_sai_hoje:
                saidas[max(dia, quando or dia)] += soma
    planos = ProgramacaoProducao.objects.filter(cod_produto=cod, data_programacao__gte=dia).order_by()
    for quando, soma in planos.values_list("data_programacao").annotate(soma=Sum("qtd_programada")):
        producao[quando] += soma
    datas = [dia + timedelta(days=n) for n in range(DIAS)]
    return [saidas[data] for data in datas], [producao[data] for data in datas]
