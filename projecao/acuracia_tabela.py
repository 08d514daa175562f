"""Accuracy as a table, the worst first: the same rows on the page, in the API and in the files."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import partial
from typing import BinaryIO, NamedTuple

from projecao import acuracia, tabela
from projecao.acuracia import Acuracia
from projecao.banco import em_lotes

CHAVES = {
    "grupo": lambda nome, acuracia: nome,
    "previsoes": lambda nome, acuracia: acuracia.previsoes,
    "vies": lambda nome, acuracia: acuracia.vies,
    "erro_absoluto_medio": lambda nome, acuracia: acuracia.erro_absoluto_medio,
    "erro_relativo": lambda nome, acuracia: acuracia.erro_relativo,
}
PIORES = "-erro_absoluto_medio"


def ordenar(grupos: dict[str, Acuracia], ordem: str = PIORES) -> list[tuple[str, Acuracia]]:
    """By one of CHAVES, with a leading "-" for descending; what it says nothing of last; the name decides ties."""
    chave, desce = CHAVES[ordem.lstrip("-")], ordem.startswith("-")
    com_valor = [(chave(*grupo), grupo) for grupo in sorted(grupos.items())]
    sabidos = [par for par in com_valor if par[0] is not None]
    # Stable also in reverse, so that ties stay in the order of their names.
    sabidos.sort(key=lambda par: par[0], reverse=desce)
    return [grupo for _, grupo in sabidos] + [grupo for valor, grupo in com_valor if valor is None]


class Produto(NamedTuple):
    cod_produto: str
    nome_produto: str
    linha_producao: str
    unificado_em: str
    """The code that it answers as now, if not as itself."""
    acuracia: Acuracia


def produtos(grupos: Iterable[tuple[str, Acuracia]]) -> Iterator[Produto]:
    """With what is known of them: a constant number of queries for each few thousand."""
    for lote in em_lotes(grupos):
        cods = [cod for cod, _ in lote]
        nomes, linhas, unificados = acuracia.nomes_de(cods), acuracia.linhas_de(cods), acuracia.unificados_em(cods)
        for cod, dele in lote:
            yield Produto(cod, nomes.get(cod, ""), linhas.get(cod, ""), unificados.get(cod, ""), dele)


# Files


def gravar(formato: str, saida: BinaryIO, grupos: Iterable[tuple[str, Acuracia]], horizonte: int) -> int:
    """`formato` is one of FORMATOS; the number of products."""
    return FORMATOS[formato](saida, CABECALHO, (_linha(produto, horizonte) for produto in produtos(grupos)))


CABECALHO = (
    "Código",
    "Produto",
    "Linha",
    "Unificado em",
    "Dias antes",
    "Previsões",
    "Viés",
    "Erro médio",
    "Erro médio (% do estoque)",
)


def _linha(produto: Produto, horizonte: int) -> list:
    dele = produto.acuracia
    return [
        *produto[:4],
        Decimal(horizonte),
        Decimal(dele.previsoes),
        dele.vies,
        dele.erro_absoluto_medio,
        None if dele.erro_relativo is None else dele.erro_relativo * 100,
    ]


FORMATOS = {"csv": tabela.gravar_csv, "xlsx": partial(tabela.gravar_xlsx, aba="Acurácia", fixas=2)}
