"""Two codes, one product: which code a code is computed under, and which codes count for it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Q

from projecao.banco import em_lotes
from projecao.models import EstadoInterno, UnificacaoCodigos, UnificacaoInvalida


@dataclass(frozen=True, slots=True)
class Familias:
    canonico: dict[str, str]
    """Every code asked for, or counted, → the code that it is computed under."""
    codigos: dict[str, tuple[str, ...]]
    """Every destination → the codes counted for it, itself first."""

    def so(self, destinos: Iterable[str]) -> "Familias":
        """Only these destinations and their codes."""
        codigos = {destino: self.codigos[destino] for destino in destinos}
        return Familias({cod: destino for destino, cods in codigos.items() for cod in cods}, codigos)


def resolver(cods: Iterable[str]) -> Familias:
    """One query per few thousand codes. A code of no unification is its own destination."""
    cods = set(cods)
    canonico = {cod: cod for cod in cods}
    origens: dict[str, set[str]] = {}
    for lote in em_lotes(cods):
        for origem, destino in _tocadas(lote):
            canonico[origem] = canonico[destino] = destino
            origens.setdefault(destino, set()).add(origem)
    codigos = {destino: (destino, *sorted(origens.get(destino, ()))) for destino in set(canonico.values())}
    return Familias(canonico, codigos)


def _tocadas(cods: list[str]):
    ativas = UnificacaoCodigos.objects.filter(ativo=True)
    destinos = ativas.filter(codigo_origem__in=cods).values("codigo_destino")
    tocadas = ativas.filter(Q(codigo_destino__in=cods) | Q(codigo_destino__in=destinos))
    return tocadas.order_by().values_list("codigo_origem", "codigo_destino")


def serializar() -> None:
    """One change of unifications at a time, until the transaction ends: the rule below spans rows."""
    EstadoInterno.objects.get_or_create(nome=EstadoInterno.Nome.UNIFICACAO)
    EstadoInterno.objects.select_for_update().get(nome=EstadoInterno.Nome.UNIFICACAO)


def validar(cods: Iterable[str]) -> None:
    """No chains, no cycles, no code that is both: raises UnificacaoInvalida, which undoes the change."""
    cods = set(cods)
    ativas = UnificacaoCodigos.objects.filter(ativo=True)
    proprias = ativas.filter(codigo_origem=F("codigo_destino"), codigo_origem__in=cods)
    origens = ativas.filter(codigo_origem__in=cods).values_list("codigo_origem", flat=True)
    destinos = ativas.filter(codigo_destino__in=cods).values_list("codigo_destino", flat=True)
    ambos = sorted(set(origens) & set(destinos) | set(proprias.values_list("codigo_origem", flat=True)))
    if ambos:
        raise UnificacaoInvalida(
            f"Código que seria ao mesmo tempo origem e destino de unificações: {', '.join(ambos)}."
        )
