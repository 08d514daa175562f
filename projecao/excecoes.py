"""What can go wrong in the domain, said to the person who asked. `api.erros` turns each into HTTP."""

from datetime import date


class ErroDeProjecao(Exception):
    """Base of the domain's errors; its text is for the user, in Portuguese."""


class ProdutoDesconhecido(ErroDeProjecao):
    def __init__(self, cod_produto: str):
        super().__init__(f"O produto {cod_produto} nunca foi mencionado em nenhum documento.")


class ProjecaoIndisponivel(ErroDeProjecao):
    """The data of the product cannot be computed; it stays in the queue and is tried again."""

    def __init__(self, cod_produto: str, motivo: str):
        super().__init__(f"O produto {cod_produto} não pôde ser projetado: {motivo}")


class DataForaDoHorizonte(ErroDeProjecao):
    def __init__(self, data: date, primeiro: date, ultimo: date):
        super().__init__(f"{data:%d/%m/%Y} está fora da projeção, que vai de {primeiro:%d/%m/%Y} a {ultimo:%d/%m/%Y}.")


class PedidoDesconhecido(ErroDeProjecao):
    def __init__(self, num_pedido: str):
        super().__init__(f"O pedido {num_pedido} não existe na carteira, nem em separações.")


class AcaoImpossivel(ErroDeProjecao):
    """What was asked for does not fit what the item of the worklist is by now."""
