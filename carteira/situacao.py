"""Can it ship? The answer for each item of a `workspace`, and for the whole order, in words."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from enum import Enum, auto
from typing import NamedTuple

from projecao.unidades import contar


class Tipo(Enum):
    SAI_NA_DATA = auto()
    SAI_DEPOIS = auto()
    TIRA_DE_OUTRO = auto()
    SEM_DATA = auto()
    NAO_SAI = auto()
    NAO_CALCULADO = auto()
    NADA_A_SAIR = auto()


TONS = {Tipo.SAI_NA_DATA: "success", Tipo.NAO_SAI: "danger", Tipo.NAO_CALCULADO: "danger", Tipo.NADA_A_SAIR: "info"}
"""The colour that only helps; the others are a "warning"."""
PROBLEMAS = set(Tipo) - {Tipo.SAI_NA_DATA, Tipo.NADA_A_SAIR}


class Situacao(NamedTuple):
    tipo: Tipo
    texto: str
    detalhe: str = ""

    @property
    def tom(self) -> str:
        return TONS.get(self.tipo, "warning")


def do_item(item: dict, hoje: date) -> Situacao:
    """`item` is one of `workspace(…)["itens"]`. A late item has today to leave on.

    On its date it must leave without robbing another order: that is what *firme* says.
    """
    expedicao, disponivel, firme = (item[c] for c in ("expedicao", "data_disponivel", "data_disponivel_firme"))
    if item["status_ruptura"] is None:
        return Situacao(Tipo.NAO_CALCULADO, "Não calculado", item["defeito"])
    if item["qtd_saldo"] <= 0:
        return Situacao(Tipo.NADA_A_SAIR, "Nada a sair")
    if disponivel is None:
        return Situacao(Tipo.NAO_SAI, "Não sai em 29 dias")
    if expedicao is None:
        return Situacao(Tipo.SEM_DATA, "Sem data", f"pode sair em {disponivel:%d/%m}{_ressalva(disponivel, firme)}")
    dia = max(expedicao, hoje)
    if firme and firme <= dia:
        return Situacao(Tipo.SAI_NA_DATA, "Sai na data" if expedicao >= hoje else "Sai hoje")
    if disponivel <= dia:
        return Situacao(Tipo.TIRA_DE_OUTRO, "Tira de outro pedido", _ressalva(disponivel, firme).removeprefix(", "))
    return Situacao(Tipo.SAI_DEPOIS, f"Sai em {disponivel:%d/%m}", _ressalva(disponivel, firme).removeprefix(", "))


def _ressalva(disponivel: date, firme: date | None) -> str:
    if firme is None:
        return ", sem data firme"
    return "" if firme == disponivel else f", firme em {firme:%d/%m}"


PROMETIDO = "Há estoque para todos os itens, mas em nenhuma data sem faltar a outro pedido."


def do_pedido(situacoes: Iterable[Situacao], data_completa: date | None) -> Situacao:
    quantos = Counter(situacao.tipo for situacao in situacoes)
    total = quantos.total() - quantos[Tipo.NADA_A_SAIR]
    completo = f"O pedido inteiro pode sair a partir de {data_completa:%d/%m/%Y}." if data_completa else ""
    if not total:
        return Situacao(Tipo.NADA_A_SAIR, "Nada a sair: este pedido não tem itens com saldo.")
    if n := quantos[Tipo.NAO_SAI]:
        itens = contar(n, "item não tem estoque", "itens não têm estoque")
        return Situacao(Tipo.NAO_SAI, f"Não: {itens} em nenhum dos 29 dias.")
    if n := quantos[Tipo.NAO_CALCULADO]:
        itens = contar(n, "item não pôde ser calculado", "itens não puderam ser calculados")
        return Situacao(Tipo.NAO_CALCULADO, f"Não se sabe: {itens}.")
    if quantos[Tipo.SAI_NA_DATA] == total:
        return Situacao(Tipo.SAI_NA_DATA, "Sim: o pedido inteiro sai na data.")
    if quantos[Tipo.SAI_DEPOIS]:
        return Situacao(Tipo.SAI_DEPOIS, "Na data, não inteiro.", completo or PROMETIDO)
    if n := quantos[Tipo.TIRA_DE_OUTRO]:
        itens = contar(n, "item já tem destino", "itens já têm destino")
        return Situacao(Tipo.TIRA_DE_OUTRO, f"Só tirando de outros pedidos: {itens}.", completo or PROMETIDO)
    return Situacao(Tipo.SEM_DATA, "Falta marcar a data de expedição.", completo)
