"""Figures and their table."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import ceil


class Divergencia(Exception):
    """A baseline and the engine do not give the same answer: nothing measured of either means anything."""


@dataclass(frozen=True)
class Alvo:
    significado: str
    limite: float | None = None
    """None: shown, and no target."""
    minimo: bool = False
    """Whether the target is a floor; otherwise it is a ceiling."""

    def cumprido(self, valor: float) -> bool:
        return self.limite is None or (valor >= self.limite if self.minimo else valor <= self.limite)

    def __str__(self) -> str:
        return "shown" if self.limite is None else f"{'≥' if self.minimo else '≤'} {self.limite:g}"


ALVOS = {
    "recalculo_vs_laco_diario": Alvo("full recalculation, times faster than a query per day and source", 250, True),
    "recalculo_vs_consulta_por_produto": Alvo("… than a query per source and a save per product", 30, True),
    "recalculo_vs_piso_sql": Alvo("… over grouped reads in plain SQL plus COPY into an empty table", 1.8),
    "crescimento_5x": Alvo("time at 5 times the products over time at 1", 5.75),
    "memoria_pico_mb": Alvo("peak of the process in a full recalculation, 2.5 times the products", 400),
    "rupturas_vs_calculo_na_leitura": Alvo(
        "list of what breaks in 7 days, times faster than computing each", 1000, True
    ),
    "gravacao_vs_insert": Alvo("one movement saved with all it triggers, over its bare INSERT and commit", 3.0),
    "importacao_vs_bulk_create": Alvo("100,000 movements in bulk, over Django's plain bulk_create", 2.0),
    "leitura_vs_vista_trivial": Alvo("cardex from memory over HTTP, requests/s over those of a constant", 0.7, True),
    "frescor_p95_ms": Alvo("commit to materialised row under 200 commits/s, 95th percentile", 1000),
    "leitura_pendente_p95_ms": Alvo("read of a product that changed and was not recomputed yet, over HTTP"),
    "virada_leituras_erradas": Alvo("reads with a wrong D0 while the portfolio rolls over midnight", 0),
}


@dataclass(frozen=True)
class Porte:
    """How long a run measures. A smoke run, of a few products, only shows that all of it works."""

    produtos: int
    vezes: int = 3
    """Full recalculations of each kind."""
    amostra_do_laco: int = 60
    amostra_da_consulta: int = 200
    gravacoes: int = 600
    importadas: int = 100_000
    rodada_http: float = 3
    """Seconds; there are five rounds of each view."""
    pendentes: int = 200
    frescor: float = 30
    """Seconds of writes."""
    completo: bool = True

    @classmethod
    def de(cls, produtos: int) -> "Porte":
        if produtos >= 2_000:
            return cls(produtos)
        return cls(produtos, 1, 5, 20, 20, produtos * 5, 0.2, 10, 3, completo=False)


@dataclass
class Relatorio:
    figuras: dict[str, float] = field(default_factory=dict)
    grupo: str = ""

    def titulo(self, grupo: str) -> None:
        print(f"\n{grupo}", flush=True)

    def mostrar(self, nome: str, valor: str) -> None:
        """An absolute figure, for information."""
        print(f"  {nome:<68}{valor:>22}", flush=True)

    def anotar(self, chave: str, valor: float) -> None:
        """One of the issue's figures."""
        self.figuras[chave] = valor = round(valor, 3)
        veredito = "" if ALVOS[chave].cumprido(valor) else "  MISSED"
        print(f"→ {chave:<68}{valor:>22g}  ({ALVOS[chave]}){veredito}", flush=True)

    def perdidos(self) -> list[str]:
        return [chave for chave, valor in self.figuras.items() if not ALVOS[chave].cumprido(valor)]

    def resumo(self) -> None:
        print(f"\n{'figure':<36}{'measured':>12}  {'target':<10}what")
        for chave, alvo in ALVOS.items():
            marca = "" if alvo.cumprido(self.figuras[chave]) else "  MISSED"
            print(f"{chave:<36}{self.figuras[chave]:>12g}  {alvo!s:<10}{alvo.significado}{marca}")


def cronometrar(acao: Callable[[], object]) -> float:
    """Seconds."""
    inicio = time.perf_counter()
    acao()
    return time.perf_counter() - inicio


def mediana(valores: Iterable[float]) -> float:
    return percentil(valores, 50)


def percentil(valores: Iterable[float], quanto: float) -> float:
    """The smallest value that at least `quanto` per cent do not exceed."""
    ordenados = sorted(valores)
    return ordenados[max(0, ceil(len(ordenados) * quanto / 100) - 1)]


def conferir(esperado: dict, obtido: dict, de_quem: str) -> None:
    """Raises Divergencia unless a baseline's answers are the engine's."""
    diferem = [cod for cod in esperado if esperado[cod] != obtido.get(cod)]
    if diferem or esperado.keys() != obtido.keys():
        cod = diferem[0] if diferem else next(iter(esperado.keys() ^ obtido.keys()))
        raise Divergencia(
            f"{de_quem} differs from the engine at {len(diferem)} products; {cod}: "
            f"{esperado.get(cod)} is not {obtido.get(cod)}"
        )
