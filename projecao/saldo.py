"""First tier: EstoqueAtual follows the ledger inside the transaction of the movement (SPEC.md section 2).

It is the only number kept by deltas; `conferencia` proves it against the ledger.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Round
from django.utils import timezone

from projecao import unificacao
from projecao.banco import soma_em_milesimos, travar_linhas
from projecao.models import EstoqueAtual, MovimentacaoEstoque
from projecao.unidades import milesimos, quantidade


def aplicar(deltas: Mapping[str, int]) -> None:
    """Add thousandths to the stock of each code's product. Call inside the transaction of the cause."""
    deltas = {cod: delta for cod, delta in deltas.items() if delta}
    if len(deltas) == 1 and _aplicar_um(*next(iter(deltas.items()))):
        return
    if deltas:
        _aplicar_varios(deltas)


def _aplicar_um(cod: str, delta: int) -> bool:
    """The usual case, in two statements: a product that has a row and no unification."""
    # SQLite adds floats: rounding each result to its thousandth keeps it exact.
    novo = Round(F("estoque") + quantidade(delta), 3)
    if not EstoqueAtual.objects.filter(pk=cod).update(estoque=novo, atualizado_em=timezone.now()):
        return False
    # The row is ours now, and a unification must lock it before it switches: what we read here holds.
    if unificacao.resolver([cod]).canonico[cod] != cod:
        reconstruir([cod])
    return True


def _aplicar_varios(deltas: Mapping[str, int]) -> None:
    while not _tentar_varios(deltas):
        pass


def _tentar_varios(deltas: Mapping[str, int]) -> bool:
    canonico = unificacao.resolver(deltas).canonico
    ponto = transaction.savepoint()
    saldos = travar(canonico[cod] for cod in deltas)
    if unificacao.resolver(deltas).canonico != canonico:
        # A unification was switched while we waited for its rows. Going back to before gives our locks up:
        # holding them while asking for others is how two transactions wait for each other.
        transaction.savepoint_rollback(ponto)
        return False
    transaction.savepoint_commit(ponto)
    for cod, delta in deltas.items():
        saldos[canonico[cod]] += delta
    _gravar(saldos)
    return True


def travar(cods: Iterable[str]) -> dict[str, int]:
    """Lock the stock rows of these codes, creating those that are missing; code → thousandths."""
    agora = timezone.now()
    linhas = travar_linhas(EstoqueAtual, cods, lambda cod: EstoqueAtual(cod_produto=cod, atualizado_em=agora))
    return {cod: milesimos(linha.estoque) for cod, linha in linhas.items()}


def reconstruir(cods: Iterable[str]) -> None:
    """Make the rows of these codes, and of all that are unified with them, what the ledger says."""
    familias = unificacao.resolver(cods)
    travar(familias.canonico)
    do_razao = somar_razao(familias)
    _gravar({cod: do_razao.get(cod, 0) for cod in familias.codigos})
    EstoqueAtual.objects.filter(pk__in=familias.canonico.keys() - familias.codigos.keys()).delete()


def somar_razao(familias: unificacao.Familias) -> Counter[str]:
    """Destination → the sum of the active ledger of its codes, in thousandths. One query."""
    movimentos = MovimentacaoEstoque.objects.filter(ativo=True, cod_produto__in=familias.canonico)
    somas = Counter()
    for cod, soma in (
        movimentos.order_by().values_list("cod_produto").annotate(soma=soma_em_milesimos("qtd_movimentacao"))
    ):
        somas[familias.canonico[cod]] += soma
    return somas


def _gravar(saldos: Mapping[str, int]) -> None:
    agora = timezone.now()
    EstoqueAtual.objects.bulk_create(
        [
            EstoqueAtual(cod_produto=cod, estoque=quantidade(saldo), atualizado_em=agora)
            for cod, saldo in sorted(saldos.items())
        ],
        update_conflicts=True,
        unique_fields=["cod_produto"],
        update_fields=["estoque", "atualizado_em"],
    )
