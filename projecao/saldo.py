"""First tier: EstoqueAtual follows the ledger inside the transaction of the movement (SPEC.md section 2).

It is the only number kept by deltas; `conferencia` proves it against the ledger.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from django.db import connection, transaction
from django.utils import timezone

from projecao import copia, unificacao
from projecao.banco import em_lotes, soma_em_milesimos, travar_linhas
from projecao.models import EstoqueAtual, MovimentacaoEstoque
from projecao.unidades import milesimos, quantidade


def aplicar(deltas: Mapping[str, int]) -> None:
    """Add thousandths to the stock of each code's product. Call inside the transaction of the cause."""
    deltas = {cod: delta for cod, delta in deltas.items() if delta}
    if len(deltas) == 1 and _aplicar_um(*next(iter(deltas.items()))):
        return
    if deltas:
        _aplicar_varios(deltas)


SOMAR = """UPDATE projecao_estoqueatual SET estoque = ROUND(estoque + %s, 3), atualizado_em = %s
    WHERE cod_produto = %s"""
"""By hand: it is half of what saving a movement costs above the row itself. SQLite adds floats, hence the ROUND."""


def _aplicar_um(cod: str, delta: int) -> bool:
    """The usual case, in one statement: a product that has a row, and so is no origin of a unification.

    An origin's row is deleted by whoever unifies it, under the lock that this takes: there is nothing to add to then.
    """
    with connection.cursor() as cursor:
        agora = connection.ops.adapt_datetimefield_value(timezone.now())
        cursor.execute(SOMAR, [quantidade(delta), agora, cod])
        return cursor.rowcount == 1


def _aplicar_varios(deltas: Mapping[str, int]) -> None:
    familias, saldos = _travar(deltas, so_destinos=True)
    for cod, delta in deltas.items():
        saldos[familias.canonico[cod]] += delta
    _gravar(saldos)


def reconstruir(cods: Iterable[str]) -> None:
    """Make the rows of these codes, and of all that are unified with them, what the ledger says."""
    familias, _ = _travar(cods, so_destinos=False)
    do_razao = somar_razao(familias)
    _gravar({cod: do_razao[cod] for cod in familias.codigos})
    for origens in em_lotes(familias.canonico.keys() - familias.codigos.keys()):
        EstoqueAtual.objects.filter(pk__in=origens).delete()


def _travar(cods: Iterable[str], so_destinos: bool) -> tuple[unificacao.Familias, dict[str, int]]:
    """Families of these codes that hold until the transaction ends, and their stock, locked, in thousandths."""
    cods, agora = list(cods), timezone.now()
    while True:
        familias = unificacao.resolver(cods)
        ponto = transaction.savepoint()
        linhas = travar_linhas(
            EstoqueAtual,
            familias.codigos if so_destinos else familias.canonico,
            lambda cod: EstoqueAtual(cod_produto=cod, atualizado_em=agora),
        )
        # A unification locks these rows before it switches: once they are ours, what we read holds.
        if unificacao.resolver(cods) == familias:
            transaction.savepoint_commit(ponto)
            return familias, {cod: milesimos(linha.estoque) for cod, linha in linhas.items()}
        # It was switched while we waited. Going back to before gives our locks up: holding them while asking
        # for others is how two transactions wait for each other.
        transaction.savepoint_rollback(ponto)


def somar_razao(familias: unificacao.Familias) -> Counter[str]:
    """Destination → the sum of the active ledger of its codes, in thousandths."""
    somas = Counter()
    for lote in em_lotes(familias.canonico):
        movimentos = MovimentacaoEstoque.objects.filter(ativo=True, cod_produto__in=lote).order_by()
        for cod, soma in movimentos.values_list("cod_produto").annotate(soma=soma_em_milesimos("qtd_movimentacao")):
            somas[familias.canonico[cod]] += soma
    return somas


def _gravar(saldos: Mapping[str, int]) -> None:
    agora = timezone.now()
    linhas = [(cod, quantidade(saldo), agora) for cod, saldo in sorted(saldos.items())]
    copia.sobrepor(EstoqueAtual, ("cod_produto", "estoque", "atualizado_em"), linhas)
