"""What planners are told about products that wait for their recalculation."""

from projecao.unidades import contar


def da_fila(esperam: int, exatas: bool, defeitos: int, guardados: str) -> str:
    """A sentence; "" if nothing waits. `guardados`: what is only as stored while too many wait (not `exatas`)."""
    if not exatas:
        produtos = contar(esperam, "produto espera", "produtos esperam")
        return f"{produtos} recálculo: até lá, {guardados} são das últimas projeções guardadas."
    if defeitos:
        frases = ("produto não pôde ser recalculado, e conta", "produtos não puderam ser recalculados, e contam")
        return f"{contar(defeitos, *frases)} com os últimos números guardados."
    if esperam:
        return f"{contar(esperam, 'produto na fila já conta', 'produtos na fila já contam')} com os números de agora."
    return ""
