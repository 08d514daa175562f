"""What the core watches. Handlers live in `vigia`; the reactions here are a line or two each."""

from collections import Counter

from projecao import fila, saldo, unificacao
from projecao.models import MovimentacaoEstoque, Produto, UnificacaoCodigos
from projecao.unidades import milesimos
from projecao.vigia import Mudanca, Reacao, vigiar


def marcar_produtos(motivo: str) -> Reacao:
    """The reaction of a model whose first watched column is `cod_produto`: old and new product are marked."""

    def reagir(mudanca: Mudanca) -> None:
        fila.marcar((cod for cod, *_ in mudanca.linhas), motivo)

    return reagir


def mover_estoque(mudanca: Mudanca) -> None:
    cods = {cod for cod, *_ in mudanca.linhas}
    if mudanca.exata:
        deltas = Counter()
        for linhas, sinal in ((mudanca.antes, -1), (mudanca.depois, 1)):
            for cod, qtd, ativo in linhas:
                deltas[cod] += sinal * milesimos(qtd) if ativo else 0
        saldo.aplicar(deltas)
    else:
        saldo.reconstruir(cods)
    fila.marcar(cods, "movimentacao")


def unificar(mudanca: Mudanca) -> None:
    cods = {cod for linha in mudanca.linhas for cod in linha}
    unificacao.serializar()
    unificacao.validar(cods)
    saldo.reconstruir(cods)
    fila.marcar(cods, "unificacao")


def conectar() -> None:
    vigiar(MovimentacaoEstoque, ["cod_produto", "qtd_movimentacao", "ativo"], mover_estoque)
    vigiar(UnificacaoCodigos, ["codigo_origem", "codigo_destino"], unificar)
    vigiar(Produto, ["cod_produto"], marcar_produtos("produto"))
