"""The only orchestrator: a set of products → a constant number of queries → motor → rows.

One product and fifty thousand take the same road, a chunk of products in one transaction each. Within it the
order matters: marks are read, then the products' rows are locked in the order of their codes, and only then
are stock and sources read. So two workers never leave the older of two results, and a change that comes
while we compute has a mark that we did not read and do not delete.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from threading import Lock
from typing import NamedTuple

import orjson
from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.db.models import Max, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from projecao import copia, fila, fontes, historico, motor, telemetria, unificacao
from projecao.alertas import eventos
from projecao.banco import em_lotes
from projecao.conf import ajustes, estoque_de_seguranca, hoje
from projecao.memoria import cache_memoria
from projecao.models import EstoqueAtual, EstoqueProjecaoCache, MovimentacaoEstoque, Produto
from projecao.paralelo import lado_a_lado
from projecao.unidades import ZERO, milesimos, quantidade_guardavel
from projecao.varredura import sem_varrer_a_memoria

logger = logging.getLogger(__name__)

FALHAS_TOLERADAS = 50
"""More products than this failing in one run is no bad data but a bad system: the run stops with the error."""

AoAvancar = Callable[[int], None]
"""Told the number of products done since it was last told."""


_SOMA = Lock()  # the chunks of a run are done side by side


@dataclass
class Resultado:
    produtos: int = 0
    gravados: int = 0
    """Rows whose figures changed."""
    falhas: dict[str, str] = field(default_factory=dict)
    """Product → reason, for what could not be computed."""

    def somar(self, outro: "Resultado") -> None:
        with _SOMA:
            self.produtos += outro.produtos
            self.gravados += outro.gravados
            self.falhas |= outro.falhas


class Calculo(NamedTuple):
    """A product computed now, from stock and sources alone."""

    cod_produto: str
    codigos: tuple[str, ...]
    nome_produto: str
    registrado: bool
    """Whether a Produto exists."""
    conhecido: bool
    """Whether anything at all was found of it."""
    estoque_seguranca: int
    projecao: motor.Projecao
    figuras: motor.Figuras


# Computing


def calcular(familias: unificacao.Familias, dia: date) -> dict[str, Calculo]:
    """Project every destination of `familias`. The number of queries does not depend on how many there are."""
    destinos, codigos = familias.codigos, list(familias.canonico)
    estoques = dict(EstoqueAtual.objects.filter(pk__in=destinos).values_list("pk", "estoque"))
    produtos = {
        cod: (nome, seguranca)
        for cod, nome, seguranca in Produto.objects.filter(pk__in=destinos).values_list(
            "pk", "nome_produto", "estoque_seguranca"
        )
    }
    demandas, producoes = _ler_fontes(familias, dia)
    nomes = _nomes([cod for cod in codigos if cod not in produtos]) if len(produtos) < len(destinos) else {}
    padrao, dias_ate_disponivel = milesimos(estoque_de_seguranca(None)), ajustes.PRODUCAO_DIAS_ATE_DISPONIVEL
    calculos = {}
    for cod, contados in destinos.items():
        registrado, saem, entram = cod in produtos, demandas.get(cod, ()), producoes.get(cod, ())
        nome, propria = produtos[cod] if registrado else (_primeiro(nomes, contados), None)
        seguranca = padrao if propria is None else milesimos(propria)
        projecao = motor.projetar(dia, milesimos(estoques.get(cod, ZERO)), saem, entram, dias_ate_disponivel)
        calculos[cod] = Calculo(
            cod,
            contados,
            nome,
            registrado,
            bool(registrado or saem or entram or cod in estoques or len(contados) > 1),
            seguranca,
            projecao,
            motor.figuras(projecao, seguranca),
        )
    return calculos


def _ler_fontes(familias, dia):
    """Destination → its demands and productions, as the engine takes them; one query per source."""
    demandas: dict[str, list] = defaultdict(list)
    producoes: dict[str, list] = defaultdict(list)
    carregadas, canonico = fontes.carregar(), familias.canonico
    for fonte in carregadas.demanda:
        sem_data_sai_hoje = fonte.sem_data_sai_hoje
        for cod, data, qtd in fonte.quantidades(canonico, dia):
            demandas[canonico[cod]].append((data, qtd, sem_data_sai_hoje))
    for fonte in carregadas.producao:
        for cod, data, qtd in fonte.quantidades(canonico, dia):
            producoes[canonico[cod]].append((data, qtd))
    return demandas, producoes


def _nomes(cods: Collection[str]) -> dict[str, str]:
    do_razao = MovimentacaoEstoque.objects.filter(cod_produto__in=cods).exclude(nome_produto="").order_by()
    return fontes.nomes(cods) | dict(do_razao.values_list("cod_produto").annotate(nome=Max("nome_produto")))


def _primeiro(nomes: dict[str, str], codigos: Iterable[str]) -> str:
    return next((nomes[cod] for cod in codigos if cod in nomes), "")


# Materialising


@sem_varrer_a_memoria()
def recalcular(cods: Iterable[str], ao_avancar: AoAvancar | None = None) -> Resultado:
    """Recompute and store these products, in chunks; their marks are consumed. What fails is in `falhas`."""
    total = Resultado()
    lotes = list(em_lotes(sorted(set(cods)), ajustes.LOTE))
    for lote in lado_a_lado(partial(_tentar, total=total), lotes):
        if ao_avancar:
            ao_avancar(len(lote))
    return total


@sem_varrer_a_memoria()
def drenar(ao_avancar: AoAvancar | None = None) -> Resultado:
    """Empty the queue of marks. Several workers may drain at once; each mark is taken by one."""
    fila.atender()
    total = Resultado()
    while True:
        cods, lidas = [], []
        try:
            with transaction.atomic():
                cods = sorted({marca.cod_produto for marca in fila.tomar(ajustes.LOTE)})
                if not cods:
                    return total
                total.somar(_materializar(cods, lidas))
        except Exception as erro:
            _dividir(cods, total, erro, lidas)
        if ao_avancar:
            ao_avancar(len(cods))


def atualizar_antigas(ao_avancar: AoAvancar | None = None) -> Resultado:
    """Refresh the rows that are older than PROJECAO_VALIDADE_MINUTOS: what went past Django is seen at last."""
    return recalcular(_sem_as_adiadas(antigas()), ao_avancar)


def avancar_dia(ao_avancar: AoAvancar | None = None) -> Resultado:
    """Roll every row whose D0 is not today. It looks at the rows, not at a clock: safe to call at any time, and
    right after a machine slept through midnight or its clock was set back."""
    return recalcular(_sem_as_adiadas(de_outro_dia()), ao_avancar)


def antigas():
    limite = timezone.now() - timedelta(minutes=ajustes.VALIDADE_MINUTOS)
    return EstoqueProjecaoCache.objects.filter(data_calculo__lt=limite)


def _sem_as_adiadas(linhas) -> set[str]:
    """Their codes, less those that failed and have to wait for their next try."""
    return set(linhas.exclude(pk__in=fila.adiados()).values_list("pk", flat=True))


def codigos_antigos() -> set[str]:
    return set(antigas().values_list("pk", flat=True))


def de_outro_dia():
    return EstoqueProjecaoCache.objects.de_outro_dia(hoje())


def todos_os_codigos() -> set[str]:
    """Every code that anything mentions, also what was written past Django."""
    modelos = (Produto, EstoqueAtual, EstoqueProjecaoCache, MovimentacaoEstoque)
    cods = {
        cod
        for modelo in modelos
        for cod in modelo.objects.order_by().values_list("cod_produto", flat=True).distinct().iterator()
    }
    for fonte in fontes.carregar().todas:
        cods.update(cod for cod, _, _ in fonte.quantidades(None, hoje()))
    return cods


def conhecidos(cods: Iterable[str]) -> set[str]:
    """Those of these codes that anything mentions: stock, a source, a registration or a mark."""
    familias = unificacao.resolver(cods)
    calculos = calcular(familias, hoje())
    marcados = fila.pendentes(familias.canonico)
    return {cod for cod in cods if calculos[familias.canonico[cod]].conhecido or cod in marcados}


def _tentar(cods: list[str], total: Resultado) -> None:
    lidas: list[fila.Marca] = []
    try:
        with transaction.atomic():
            total.somar(_materializar(cods, lidas))
    except Exception as erro:
        _dividir(cods, total, erro, lidas)


def _dividir(cods: list[str], total: Resultado, erro: Exception, lidas: list[fila.Marca]) -> None:
    """A chunk failed: halve it until what is bad stands alone, so that it holds nobody back."""
    if isinstance(erro, Concorrencia) or _e_impasse(erro):
        _tentar(cods, total)  # the rows are there by now, to be locked before we look again
        return
    if not cods or _e_do_sistema(erro) or len(total.falhas) >= FALHAS_TOLERADAS:
        raise erro  # the marks are all still there, for the next bell or sweep
    if len(cods) == 1:
        _registrar_falha(cods[0], total, erro, lidas)
        return
    meio = len(cods) // 2
    _tentar(cods[:meio], total)
    _tentar(cods[meio:], total)


def _e_do_sistema(erro: Exception) -> bool:
    """No fault of the product's data: a lock, a connection that is gone."""
    # psycopg2 says of some lost connections only that they are a DatabaseError, of which DataError is a kind.
    do_banco = isinstance(erro, OperationalError | InterfaceError) or type(erro) is DatabaseError
    return do_banco and "overflow" not in str(erro)


def _e_impasse(erro: Exception) -> bool:
    """PostgreSQL chose us to give way: of two that each store new rows, one may have locked what the other adds."""
    return isinstance(erro, OperationalError) and getattr(erro.__cause__, "pgcode", None) == "40P01"


def _registrar_falha(cod: str, total: Resultado, erro: Exception, lidas: list[fila.Marca]) -> None:
    motivo = motivo_da_falha(erro)
    logger.error("product %r cannot be projected: %s", cod, motivo)
    telemetria.produto_falhou()
    familia = unificacao.resolver([cod])
    fila.adiar(cod, lidas, motivo)
    total.falhas[familia.canonico[cod]] = motivo


def motivo_da_falha(erro: Exception) -> str:
    return f"{type(erro).__name__}: {erro}".strip().splitlines()[0][:500]


def _materializar(cods: Collection[str], lidas: list[fila.Marca]) -> Resultado:
    """One chunk, inside the caller's transaction. `lidas` takes the marks that were read, also if it fails."""
    inicio, agora, dia = telemetria.Relogio.agora(), timezone.now(), hoje()
    familias = unificacao.resolver(cods)
    marcas = fila.tomar_de(familias.canonico)
    # A unification may have been switched before we took its marks, which we are about to consume. Whoever
    # switches one after this leaves marks that we do not hold.
    while (atuais := unificacao.resolver(cods)) != familias:
        familias, marcas = atuais, fila.tomar_de(atuais.canonico)
    lidas[:] = marcas
    anteriores = _travar(familias.codigos)
    if de_ontem := [cod for cod, linha in anteriores.items() if linha.data_base < dia]:
        historico.guardar(de_ontem, dia)
    calculos = calcular(familias, dia)
    tempo = (time.perf_counter() - inicio.parede) * 1000 / len(calculos)
    novas = {cod: montar(calculo, anteriores.get(cod), agora, tempo) for cod, calculo in calculos.items()}
    iguais = [cod for cod, anterior in anteriores.items() if novas[cod].versao == anterior.versao]
    mudaram = [novas[cod] for cod in novas.keys() - set(iguais)]
    _gravar(mudaram)
    if iguais:
        EstoqueProjecaoCache.objects.filter(pk__in=iguais).update(data_calculo=agora)
    Produto.objects.conhecer({cod: c.nome_produto for cod, c in calculos.items() if not c.registrado})
    passos = [eventos.Passo(anteriores.get(nova[0]), nova, calculos[nova[0]].nome_produto) for nova in mudaram]
    passos += [eventos.Passo(ida, None, "") for ida in _remover_origens(familias)]
    eventos.registrar(passos, agora)
    fila.concluir(marcas)
    codigos, marcadas = list(familias.canonico), {marca.criado_em for marca in marcas}
    resultado = Resultado(len(calculos), len(mudaram))
    transaction.on_commit(lambda: cache_memoria.esquecer(codigos), robust=True)
    transaction.on_commit(
        lambda: telemetria.lote_recalculado(inicio, resultado.produtos, resultado.gravados, marcadas), robust=True
    )
    return resultado


def _remover_origens(familias: unificacao.Familias) -> list[EstoqueProjecaoCache]:
    """The rows of codes that now answer as another go; which there were."""
    origens = familias.canonico.keys() - familias.codigos.keys()
    if not origens:
        return []
    linhas = EstoqueProjecaoCache.objects.filter(pk__in=origens)
    idas = list(linhas)
    linhas.delete()
    return idas


class Linha(NamedTuple):
    """A row of EstoqueProjecaoCache."""

    cod_produto: str
    data_base: date
    dias: list[list[int]]
    estoque_atual: Decimal
    menor_estoque_7d: Decimal
    menor_estoque_28d: Decimal
    dia_ruptura: date | None
    status_ruptura: str
    producao_hoje: Decimal
    saidas_atrasadas: Decimal
    saidas_sem_data: Decimal
    versao: int
    data_calculo: datetime
    tempo_calculo_ms: float

    @classmethod
    def de(cls, linha: EstoqueProjecaoCache) -> "Linha":
        return cls(*(getattr(linha, campo) for campo in cls._fields))

    @property
    def figuras(self) -> tuple:
        return self[:VERSAO]


VERSAO = Linha._fields.index("versao")
FIGURAS = Linha._fields[1:VERSAO]
"""The columns that make a row another version."""


def montar(calculo: Calculo, anterior: Linha | None, agora: datetime, tempo_ms: float) -> Linha:
    """The row of a product as it should be stored; `versao` grows by one if any figure differs.

    Anything with a code, a projection and its figures will do for `calculo` (`servico.Retrato` too).
    """
    projecao, figuras = calculo.projecao, calculo.figuras
    nova = (
        calculo.cod_produto,
        projecao.hoje,
        _dias_com_movimento(projecao),
        quantidade_guardavel(projecao.estoque_atual),
        quantidade_guardavel(figuras.menor_estoque_7d),
        quantidade_guardavel(figuras.menor_estoque_28d),
        figuras.dia_ruptura,
        figuras.status_ruptura,
        quantidade_guardavel(projecao.producao_hoje),
        quantidade_guardavel(projecao.saidas_atrasadas),
        quantidade_guardavel(projecao.saidas_sem_data),
    )
    versao = 1 if anterior is None else anterior.versao + (nova != anterior.figuras)
    return Linha(*nova, versao, agora, tempo_ms)


def _dias_com_movimento(projecao: motor.Projecao) -> list[list[int]]:
    pares = zip(projecao.saidas, projecao.producao, strict=True)
    return [[dia, sai, entra] for dia, (sai, entra) in enumerate(pares) if sai or entra]


class Concorrencia(Exception):
    """Somebody else stored a product that had no row yet when we began: what we read may be older."""


def _travar(cods: Collection[str]) -> dict[str, Linha]:
    """The rows of these products, locked in the order of their codes until the transaction ends."""
    # `dias` as text: parsed here, by the fastest there is.
    colunas = [Cast(campo, TextField()) if campo == "dias" else campo for campo in Linha._fields]
    linhas = EstoqueProjecaoCache.objects.order_by("pk").select_for_update().values_list(*colunas)
    return {
        cod: Linha(cod, data_base, orjson.loads(dias), *outras)
        for lote in em_lotes(sorted(cods))
        for cod, data_base, dias, *outras in linhas.filter(pk__in=lote)
    }


def _gravar(linhas: list[Linha]) -> None:
    # In the order of the codes too: new rows are locked by being stored.
    if copia.sobrepor(EstoqueProjecaoCache, Linha._fields, sorted(linhas), versao="versao") < len(linhas):
        raise Concorrencia
