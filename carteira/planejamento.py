"""What a planner does to the pre-separations of an order, and what the order's figures become by it.

Two planners at once: whoever saves says what he had seen (`lida`), and is refused if somebody changed it since.
Both lock the order's line first, so that together they never set apart more than it has.
"""

from collections.abc import Callable
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from django.db import transaction

from carteira.models import CarteiraPrincipal, PreSeparacaoItem
from carteira.workspace import workspace
from projecao.excecoes import PedidoDesconhecido
from projecao.unidades import ZERO, em_portugues

LIDOS = (
    "num_pedido",
    "cod_produto",
    "qtd_selecionada_usuario",
    "data_expedicao_editada",
    "data_agendamento_editada",
    "protocolo_editado",
    "status",
    "separacao_lote_id",
    "observacoes_usuario",
)


class Recusa(Exception):
    """Its text is for the planner, in Portuguese."""


class SemSaldo(Recusa):
    def __init__(self, limite: Decimal):
        if limite > 0:
            super().__init__(f"No máximo {em_portugues(limite)}: o resto da linha já está pré-separado ou separado.")
        else:
            super().__init__("A linha do pedido não tem mais nada a separar.")


class Alterada(Recusa):
    """Somebody else changed it since it was read. `atual` is how it is now; None if it is gone."""

    def __init__(self, atual: PreSeparacaoItem | None):
        super().__init__("Outra pessoa excluiu esta pré-separação." if atual is None else "Outra pessoa a alterou.")
        self.atual = atual


class JaEnviada(Recusa):
    def __init__(self):
        super().__init__("Esta pré-separação já foi enviada à separação: não se altera mais aqui.")


def assinatura(pre: PreSeparacaoItem) -> str:
    """Of what a planner sees of it. Not `atualizado_em`, which bulk writes leave as it was."""
    return sha256(repr([str(getattr(pre, campo)) for campo in LIDOS]).encode()).hexdigest()


def linhas_do_pedido(num_pedido: str) -> dict[str, CarteiraPrincipal]:
    """Code → the order's line, with `qtd_restante`: what nobody set apart yet."""
    linhas = CarteiraPrincipal.objects.filter(num_pedido=num_pedido, ativo=True).com_restante()
    return {linha.cod_produto: _sem_o_que_ja_tem_lote(linha) for linha in linhas}


def _sem_o_que_ja_tem_lote(linha: CarteiraPrincipal) -> CarteiraPrincipal:
    if linha.separacao_lote_id:  # the whole line is separated, whatever became of its lot
        linha.qtd_restante = ZERO
    return linha


def gravar(pre: PreSeparacaoItem, lida: str = "") -> None:
    """Insert it, or update what was read as `lida`. Its status stays: it leaves with CRIADO as with RECOMPOSTO.

    Raises a `Recusa`. What had no order line has no limit either.
    """
    with transaction.atomic():
        linha, atual = _travar(pre, lida)
        if linha is None and atual is None:
            raise SemSaldo(ZERO)
        if linha is not None:
            # What was set apart beyond the balance before may stay or shrink, not grow.
            limite = linha.qtd_restante + (atual.qtd_selecionada_usuario if atual else ZERO)
            if pre.qtd_selecionada_usuario > limite:
                raise SemSaldo(limite)
        pre.save()


def excluir(pre: PreSeparacaoItem, lida: str) -> None:
    """Raises a `Recusa`."""
    with transaction.atomic():
        _travar(pre, lida)
        pre.delete()


def _travar(pre: PreSeparacaoItem, lida: str) -> tuple[CarteiraPrincipal | None, PreSeparacaoItem | None]:
    chave = {"num_pedido": pre.num_pedido, "cod_produto": pre.cod_produto}
    travada = CarteiraPrincipal.objects.filter(**chave, ativo=True).order_by("pk").select_for_update().first()
    atual = None
    if pre.pk is not None:
        atual = PreSeparacaoItem.objects.filter(pk=pre.pk).select_for_update().first()
        if atual is not None and atual.status == PreSeparacaoItem.Status.ENVIADO_SEPARACAO:
            raise JaEnviada
        if atual is None or assinatura(atual) != lida:
            raise Alterada(atual)
    # Only now is what others set apart of it settled.
    return linhas_do_pedido(pre.num_pedido).get(pre.cod_produto) if travada else None, atual


class Efeito(NamedTuple):
    """The order's `workspace` before and after a change; None where it has nothing to show, before or after."""

    antes: dict | None
    depois: dict | None


def aplicar(num_pedido: str, mudar: Callable[[], None], desfazer: bool = False) -> Efeito:
    """`desfazer`: only see what it would do. Figures are computed within its transaction, then nothing of it was."""
    with transaction.atomic():
        antes = _retrato(num_pedido)
        mudar()
        depois = _retrato(num_pedido)
        if desfazer:
            transaction.set_rollback(True)
    return Efeito(antes, depois)


def _retrato(num_pedido: str) -> dict | None:
    try:
        return workspace(num_pedido)
    except PedidoDesconhecido:
        return None
