"""The whole portfolio, a product a row with the stock at the end of each of its 29 days: the same columns on the
page and in the files."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import partial
from itertools import islice
from operator import attrgetter
from typing import BinaryIO, NamedTuple

from projecao import consulta, linhas, tabela, unificacao
from projecao.conf import ajustes
from projecao.models import EstoqueProjecaoCache
from projecao.motor import DIAS
from projecao.servico import Retrato
from projecao.unidades import quantidade

STATUS = EstoqueProjecaoCache.Status


class Produto(NamedTuple):
    retrato: Retrato
    linha_producao: str


class Coluna(NamedTuple):
    nome: str
    titulo: str
    valor: Callable[[Produto], object]
    """Text, Decimal, date or None."""


def _figura(campo: str) -> Callable[[Produto], object]:
    return lambda produto: consulta.FIGURAS[campo](produto.retrato)


COLUNAS = (
    Coluna("cod_produto", "Código", _figura("cod_produto")),
    Coluna("nome_produto", "Produto", _figura("nome_produto")),
    Coluna("linha_producao", "Linha", attrgetter("linha_producao")),
    Coluna("status_ruptura", "Status", lambda produto: STATUS(produto.retrato.figuras.status_ruptura).label),
    Coluna("dia_ruptura", "Ruptura", _figura("dia_ruptura")),
    Coluna("estoque_atual", "Est.Hoje", _figura("estoque_atual")),
    Coluna("menor_estoque_7d", "Est.Min.D+7", _figura("menor_estoque_7d")),
    Coluna("producao_hoje", "Prod.Hoje", _figura("producao_hoje")),
)
"""Before the days."""


def produtos(retratos: Iterable[Retrato]) -> Iterator[Produto]:
    """With what a listing does not know of them: a constant number of queries for each PROJECAO_LOTE."""
    retratos = iter(retratos)
    while lote := list(islice(retratos, ajustes.LOTE)):
        codigos = unificacao.resolver(retrato.cod_produto for retrato in lote).codigos
        delas = linhas.dos_produtos(codigos)
        yield from (Produto(retrato, delas.get(retrato.cod_produto, "")) for retrato in lote)


def estoques(retrato: Retrato, dia: date) -> list[int | None]:
    """What is there at the end of `dia` and of the 28 days after it. A product that is shown as it was stored on
    another day keeps its dates: None where it says nothing."""
    finais, atraso = retrato.projecao.estoque_final, (dia - retrato.projecao.hoje).days
    if not atraso:
        return list(finais)
    return [finais[n] if 0 <= n < DIAS else None for n in range(atraso, atraso + DIAS)]


# Files


def gravar(formato: str, saida: BinaryIO, retratos: Iterable[Retrato], dia: date) -> int:
    """`formato` is one of FORMATOS; the number of products."""
    return FORMATOS[formato](saida, cabecalho(dia), _linhas(retratos, dia))


def cabecalho(dia: date) -> list[str]:
    """A file outlives its day: it says which date each of the days is."""
    dias = (f"D{n} {dia + timedelta(days=n):%d/%m/%Y}" for n in range(DIAS))
    return [*(coluna.titulo for coluna in COLUNAS), *dias]


def _linhas(retratos: Iterable[Retrato], dia: date) -> Iterator[list]:
    for produto in produtos(retratos):
        finais = estoques(produto.retrato, dia)
        yield [
            *(coluna.valor(produto) for coluna in COLUNAS),
            *(None if final is None else quantidade(final) for final in finais),
        ]


FORMATOS = {
    "csv": tabela.gravar_csv,
    "xlsx": partial(tabela.gravar_xlsx, aba="Portfólio", fixas=2),
}
