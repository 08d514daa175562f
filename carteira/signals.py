from django.db import transaction

from carteira.models import CarteiraPrincipal, Pedido, PreSeparacaoItem, Separacao
from projecao import fila
from projecao.signals import marcar_produtos
from projecao.vigia import Mudanca, vigiar


def marcar_produtos_do_lote(mudanca: Mudanca) -> None:
    """A Pedido holds no products: those of its lots, the old and the new, follow its status and date."""
    lotes = {lote for (lote,) in mudanca.linhas if lote}
    if lotes:
        marcados = _produtos_dos_lotes(lotes)
        fila.marcar(marcados, "pedido")
        # A separation of the lot may be committed by somebody else after we looked and before we commit;
        # its own mark may be drained before our change is visible. Looking again after the commit closes it.
        # No partial: should it fail, Django names it, and that has no name; the error would reach whoever saved.
        transaction.on_commit(lambda: _marcar_recem_chegados(lotes, marcados), robust=True)


def _marcar_recem_chegados(lotes: set[str], marcados: set[str]) -> None:
    fila.marcar(_produtos_dos_lotes(lotes) - marcados, "pedido")


def _produtos_dos_lotes(lotes: set[str]) -> set[str]:
    return set(Separacao.objects.filter(separacao_lote_id__in=lotes).values_list("cod_produto", flat=True))


def conectar() -> None:
    vigiar(Separacao, ["cod_produto"], marcar_produtos("separacao"))
    vigiar(PreSeparacaoItem, ["cod_produto"], marcar_produtos("pre_separacao"))
    vigiar(CarteiraPrincipal, ["cod_produto"], marcar_produtos("carteira"))
    vigiar(Pedido, ["separacao_lote_id"], marcar_produtos_do_lote)
