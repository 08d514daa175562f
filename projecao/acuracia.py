"""How good projections were: what was projected for a day, so many days before, against the stock that day had.

Added up by the database, from the days that are still kept and the monthly sums of those before them. Everything is
in whole thousandths, so that it is exact in any order; the means are rounded once.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Abs

from projecao import consulta, linhas, unificacao
from projecao.banco import em_lotes, soma_decimal_em_milesimos
from projecao.conf import ajustes, hoje
from projecao.historico import PROJETADOS
from projecao.models import EstoqueProjecaoCache, Produto, ProjecaoDiaria, ResumoMensal, UnificacaoCodigos
from projecao.models.historico import HORIZONTES, media_de
from projecao.unidades import milesimos

DIAS = 30
"""Judged unless a period is asked for."""
HORIZONTE = 7


class Acuracia(NamedTuple):
    """Of any number of forecasts."""

    previsoes: int = 0
    soma_do_erro: int = 0
    soma_do_erro_absoluto: int = 0
    soma_do_realizado: int | None = 0
    """Of what was there, without its signs. None: some are of months, which do not know."""

    @property
    def vies(self) -> Decimal | None:
        """Mean of (projected - realised): positive where we promised more than there was."""
        return media_de(self.soma_do_erro, self.previsoes)

    @property
    def erro_absoluto_medio(self) -> Decimal | None:
        return media_de(self.soma_do_erro_absoluto, self.previsoes)

    @property
    def erro_relativo(self) -> Decimal | None:
        """The mean absolute error as a part of the mean stock, to the thousandth. None where that says nothing."""
        return media_de(self.soma_do_erro_absoluto * 1000, self.soma_do_realizado) if self.soma_do_realizado else None

    def mais(self, outra: "Acuracia") -> "Acuracia":
        realizados = self.soma_do_realizado, outra.soma_do_realizado
        return Acuracia(
            self.previsoes + outra.previsoes,
            self.soma_do_erro + outra.soma_do_erro,
            self.soma_do_erro_absoluto + outra.soma_do_erro_absoluto,
            None if None in realizados else sum(realizados),
        )


class Filtro(NamedTuple):
    de: date
    """Both days are judged too. `periodo` makes them."""
    ate: date
    busca: str = ""
    """As in `consulta.Filtro`."""
    linha_producao: str = ""
    produto: str = ""
    """This code and no other."""

    def aplicar(self, linhas_: QuerySet) -> QuerySet:
        if self.produto:
            linhas_ = linhas_.filter(cod_produto=self.produto)
        if self.busca or self.linha_producao:
            onde = consulta.Filtro(busca=self.busca, linha_producao=self.linha_producao).no_banco()
            produtos = EstoqueProjecaoCache.objects.filter(onde).order_by().values("pk")
            # The days of a code from before it was unified are its own, and are found with those of its product.
            origens = UnificacaoCodigos.objects.filter(ativo=True, codigo_destino__in=produtos).order_by()
            linhas_ = linhas_.filter(Q(cod_produto__in=produtos) | Q(cod_produto__in=origens.values("codigo_origem")))
        return linhas_.order_by()

    def dias(self) -> QuerySet:
        # Said also where a sum would not mind: it is what the index is of.
        linhas_ = ProjecaoDiaria.objects.filter(data_base__range=(self.de, self.ate), realizado__isnull=False)
        return self.aplicar(linhas_)

    def meses(self) -> QuerySet:
        return self.aplicar(ResumoMensal.objects.filter(mes__range=(self.de, self.ate), previsoes__gt=0))


def periodo(de: date | None = None, ate: date | None = None) -> tuple[date, date]:
    """What can be judged of what was asked for: the last 30 days of nothing. Beyond the daily grain there are only
    whole months (or their part beyond it), so that both ends are moved outwards to hold them. `de` may be after `ate`.
    """
    dia = hoje()
    limite = dia - timedelta(days=ajustes.HISTORICO_DIAS)
    if de is None:
        de = max(limite, dia - timedelta(days=DIAS)) if ate is None else ate - timedelta(days=DIAS - 1)
    ate = dia - timedelta(days=1) if ate is None else ate
    if ate < limite and de <= ate:
        ate = min(_proximo_mes(ate), limite) - timedelta(days=1)
    return (de.replace(day=1) if de < limite else de), ate


def _proximo_mes(dia: date) -> date:
    return (dia.replace(day=28) + timedelta(days=4)).replace(day=1)


# Added up


def por_horizonte(filtro: Filtro) -> dict[int, Acuracia]:
    """Every horizon, also those of which nothing could be judged."""
    campos = {f"{nome}_{h}": soma for h in HORIZONTES for nome, soma in _somas(h, Q(**_conferida(h))).items()}
    dos_dias = filtro.dias().aggregate(**campos)
    achados = {h: _montar(*(dos_dias[f"{nome}_{h}"] for nome in NOMES)) for h in HORIZONTES}
    for horizonte, *somas in filtro.meses().values_list("horizonte").annotate(**_dos_meses()):
        achados[horizonte] = achados[horizonte].mais(_montar(*somas, None))
    return achados


def por_produto(filtro: Filtro, horizonte: int) -> dict[str, Acuracia]:
    """Code → its accuracy, of those of which something could be judged."""
    dos_dias = filtro.dias().filter(**_conferida(horizonte)).values_list("cod_produto")
    achados = {cod: _montar(*somas) for cod, *somas in dos_dias.annotate(**_somas(horizonte))}
    dos_meses = filtro.meses().filter(horizonte=horizonte).values_list("cod_produto").annotate(**_dos_meses())
    for cod, *somas in dos_meses:
        achados[cod] = achados.get(cod, Acuracia()).mais(_montar(*somas, None))
    return achados


def por_linha(produtos: dict[str, Acuracia]) -> dict[str, Acuracia]:
    """Line of production → its accuracy. "" is of the products that have none. `produtos` as of `por_produto`."""
    delas, somadas = linhas_de(produtos), defaultdict(Acuracia)
    for cod, acuracia in produtos.items():
        linha = delas.get(cod, "")
        somadas[linha] = somadas[linha].mais(acuracia)
    return dict(somadas)


NOMES = ("conferidas", "errou", "errou_de_todo_modo", "havia")
"""Of the sums, in the order of `Acuracia`: none may be the name of a column."""


def _somas(horizonte: int, onde: Q | None = None) -> dict:
    projetado = PROJETADOS[horizonte]
    erro = F(projetado) - F("realizado")
    somar = soma_decimal_em_milesimos
    somas = (Count(projetado), somar(erro), somar(Abs(erro)), somar(Abs("realizado"), filter=onde))
    return dict(zip(NOMES, somas, strict=True))


def _conferida(horizonte: int) -> dict:
    return {f"{PROJETADOS[horizonte]}__isnull": False}


def _dos_meses() -> dict:
    return {
        nome: Sum(campo)
        for nome, campo in zip(NOMES, ("previsoes", "soma_do_erro", "soma_do_erro_absoluto"), strict=False)
    }


def _montar(previsoes: int | None, erro, absoluto, realizado) -> Acuracia:
    # A sum of nothing is null, and PostgreSQL's are decimals.
    if not previsoes:
        return Acuracia()
    return Acuracia(previsoes, int(erro), int(absoluto), None if realizado is None else int(realizado))


# What is known of the codes


def linhas_de(cods: Iterable[str]) -> dict[str, str]:
    """Code → its line of production, a unified one's that of the product it is part of."""
    achadas: dict[str, str] = {}
    for lote in em_lotes(cods):
        familias = unificacao.resolver(lote)
        delas = linhas.dos_produtos(familias.codigos)
        achadas |= {cod: delas[destino] for cod in lote if (destino := familias.canonico[cod]) in delas}
    return achadas


def nomes_de(cods: Iterable[str]) -> dict[str, str]:
    return {
        cod: nome
        for lote in em_lotes(cods)
        for cod, nome in Produto.objects.filter(pk__in=lote).order_by().values_list("pk", "nome_produto")
    }


def unificados_em(cods: Iterable[str]) -> dict[str, str]:
    """Code → the one that it answers as now, of those that do not answer as themselves."""
    cods = list(cods)
    canonico = unificacao.resolver(cods).canonico
    return {cod: canonico[cod] for cod in cods if canonico[cod] != cod}


def ha_alguma() -> bool:
    """Whether anything could be judged yet, of any product."""
    algum = Q()
    for horizonte in HORIZONTES:
        algum |= Q(**_conferida(horizonte))
    dos_dias = ProjecaoDiaria.objects.filter(algum, realizado__isnull=False)
    return dos_dias.exists() or ResumoMensal.objects.filter(previsoes__gt=0).exists()


# One product


class Dia(NamedTuple):
    data: date
    realizado: Decimal | None
    projetado: dict[int, Decimal | None]
    """Horizon → what had been projected so many days before."""

    def erro(self, horizonte: int) -> Decimal | None:
        projetado = self.projetado[horizonte]
        return None if projetado is None or self.realizado is None else projetado - self.realizado


def dias_de(cod: str) -> list[Dia]:
    """Every day of it that is kept."""
    colunas = ("data_base", "realizado", *PROJETADOS.values())
    linhas_ = ProjecaoDiaria.objects.filter(cod_produto=cod).order_by("data_base").values_list(*colunas)
    return [Dia(data, real, dict(zip(HORIZONTES, projetados, strict=True))) for data, real, *projetados in linhas_]


def dos_dias(dias: Iterable[Dia], horizonte: int) -> Acuracia:
    """`por_horizonte`, of days that were read already."""
    somada = Acuracia()
    for dia in dias:
        erro = dia.erro(horizonte)
        if erro is not None:
            somada = somada.mais(Acuracia(1, milesimos(erro), abs(milesimos(erro)), abs(milesimos(dia.realizado))))
    return somada


def meses_de(cod: str) -> list[ResumoMensal]:
    return list(ResumoMensal.objects.filter(cod_produto=cod).order_by("mes", "horizonte"))
