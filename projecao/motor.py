"""The arithmetic of the projection (SPEC.md section 4): pure, exact, standard library only.

Quantities are whole thousandths of the product's unit (`int`), so sums are exact and fast.
Days are offsets from today: 0 is D0, 28 is the last. Nothing here reads a clock or a database.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate
from operator import sub
from typing import NamedTuple

ULTIMO_DIA = 28
DIAS = ULTIMO_DIA + 1
DIAS_CURTO = 8
"""D0..D7, the span of `menor_estoque_7d`."""

CRITICO = "CRÍTICO"
ATENCAO = "ATENÇÃO"
OK = "OK"


class Demanda(NamedTuple):
    """A quantity that leaves. `data` None is no date: it leaves today if `sem_data_sai_hoje`, else on no day."""

    data: date | None
    quantidade: int
    sem_data_sai_hoje: bool = False


class Producao(NamedTuple):
    data: date
    quantidade: int


class Alocacao(NamedTuple):
    """Where a demand falls: its day (None: on no day of the horizon), and whether it is late there."""

    dia: int | None
    atrasada: bool


@lru_cache(maxsize=4096)  # a portfolio has few dates, and asks for each many times
def alocar_saida(hoje: date, data: date | None, sem_data_sai_hoje: bool) -> Alocacao:
    """Late demand is still demand, on D0; what has no date is D0's too or nobody's; after D28 does not count."""
    if data is None:
        return Alocacao(0, True) if sem_data_sai_hoje else Alocacao(None, False)
    dia = (data - hoje).days
    if dia < 0:
        return Alocacao(0, True)
    return Alocacao(dia if dia <= ULTIMO_DIA else None, False)


@lru_cache(maxsize=4096)
def alocar_producao(hoje: date, data: date, dias_ate_disponivel: int) -> int | None:
    """The day on which a production becomes stock. A past date does not count: it is in the ledger by now."""
    dia = (data - hoje).days
    if dia < 0:
        return None
    dia += dias_ate_disponivel
    return dia if dia <= ULTIMO_DIA else None


@dataclass(frozen=True, slots=True)
class Projecao:
    """29 days of one product. Every figure that anybody shows is derived here."""

    hoje: date
    estoque_atual: int
    saidas: tuple[int, ...]
    producao: tuple[int, ...]
    producao_hoje: int = 0
    saidas_atrasadas: int = 0
    saidas_sem_data: int = 0

    @property
    def estoque_final(self) -> tuple[int, ...]:
        return tuple(accumulate(map(sub, self.producao, self.saidas), initial=self.estoque_atual))[1:]

    def data(self, dia: int) -> date:
        return self.hoje + timedelta(days=dia)

    def sem(self, saidas: dict[int, int]) -> "Projecao":
        """The same product if `saidas` (day → quantity) were not to leave."""
        restantes = tuple(qtd - saidas.get(dia, 0) for dia, qtd in enumerate(self.saidas))
        return Projecao(self.hoje, self.estoque_atual, restantes, self.producao, self.producao_hoje)


def projetar(
    hoje: date,
    estoque_atual: int,
    demandas: Iterable[Demanda] = (),
    producoes: Iterable[Producao] = (),
    dias_ate_disponivel: int = 0,
) -> Projecao:
    saidas, producao = [0] * DIAS, [0] * DIAS
    producao_hoje = atrasadas = sem_data = 0
    for data, quantidade, sem_data_sai_hoje in demandas:
        dia, atrasada = alocar_saida(hoje, data, sem_data_sai_hoje)
        if dia is not None:
            saidas[dia] += quantidade
        elif data is None:
            sem_data += quantidade
        if atrasada:
            atrasadas += quantidade
    for data, quantidade in producoes:
        dia = alocar_producao(hoje, data, dias_ate_disponivel)
        if dia is not None:
            producao[dia] += quantidade
        if data == hoje:
            producao_hoje += quantidade
    return Projecao(hoje, estoque_atual, tuple(saidas), tuple(producao), producao_hoje, atrasadas, sem_data)


class Figuras(NamedTuple):
    menor_estoque_7d: int
    menor_estoque_28d: int
    dia_ruptura: date | None
    status_ruptura: str


def figuras(projecao: Projecao, estoque_seguranca: int) -> Figuras:
    """The planner's figures. `estoque_seguranca` is the product's own or the installation's default."""
    finais = projecao.estoque_final
    menor_7d, menor_28d = min(finais[:DIAS_CURTO]), min(finais)
    ruptura = next((projecao.data(dia) for dia, final in enumerate(finais) if final < 0), None)
    algo_sai = any(projecao.saidas)
    if menor_7d < 0 or (menor_7d == 0 and algo_sai):
        status = CRITICO
    elif ruptura is not None or (menor_7d < estoque_seguranca and algo_sai):
        status = ATENCAO
    else:
        status = OK
    return Figuras(menor_7d, menor_28d, ruptura, status)


NEGATIVO = "negativo"
ABAIXO_DA_SEGURANCA = "abaixo"
CONFORTAVEL = "confortavel"


def nivel(estoque: int, estoque_seguranca: int) -> str:
    """How a day's stock looks to a planner."""
    if estoque < 0:
        return NEGATIVO
    return ABAIXO_DA_SEGURANCA if estoque < estoque_seguranca else CONFORTAVEL


def estoque_em(projecao: Projecao, data: date | None) -> int | None:
    """estoque_final on a date; a past one is today's, since late demand is; None after D28 or for no date."""
    if data is None:
        return None
    dia = max(0, (data - projecao.hoje).days)
    return projecao.estoque_final[dia] if dia <= ULTIMO_DIA else None


def primeiro_dia_com(projecao: Projecao, quantidade: int) -> int | None:
    """*Disponível*: the first day that ends with at least `quantidade`."""
    return next((dia for dia, final in enumerate(projecao.estoque_final) if final >= quantidade), None)


def primeiro_dia_firme(projecao: Projecao, quantidade: int) -> int | None:
    """The first day from which every day through D28 ends with at least `quantidade`: no other order is robbed."""
    finais, firme = projecao.estoque_final, None
    for dia in range(ULTIMO_DIA, -1, -1):
        if finais[dia] < quantidade:
            break
        firme = dia
    return firme
