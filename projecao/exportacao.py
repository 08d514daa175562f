"""The planners' own sheet (SPEC.md section 8): one product a row, four columns a day.

There EST FINAL is before production, which is our `saldo`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from projecao import fontes, representacao, servico, tabela, unificacao
from projecao import linhas as linhas_de_producao
from projecao.conf import ajustes, hoje
from projecao.models import EstoqueProjecaoCache
from projecao.motor import DIAS
from projecao.recalculo import AoAvancar
from projecao.unidades import quantidade

COLUNAS = ("COD", "LINHA", "Descrição Produto", "CART", "Previsão de ruptura")
COLUNAS_DO_DIA = {
    "EST INICIAL": "estoque_inicial",
    "SAIDA": "saidas",
    "EST FINAL": "saldo",
    "PROG PROD": "producao",
}


def cabecalho() -> list[str]:
    return [*COLUNAS, *(f"{coluna} D{dia}" for dia in range(DIAS) for coluna in COLUNAS_DO_DIA)]


def linhas(ao_avancar: AoAvancar | None = None) -> Iterator[list]:
    """Every projected product in the order of its code; text, Decimal, date or None per cell. In bounded chunks."""
    ultimo = ""
    while True:
        proximas = EstoqueProjecaoCache.objects.publicas().filter(pk__gt=ultimo).order_by("pk")
        cods = list(proximas.values_list("pk", flat=True)[: ajustes.LOTE])
        if not cods:
            return
        ultimo = cods[-1]
        yield from _linhas_de(cods)
        if ao_avancar:
            ao_avancar(len(cods))


def _linhas_de(cods: list[str]) -> Iterator[list]:
    dia, familias = hoje(), unificacao.resolver(cods)
    carteira = Counter()
    for fonte in fontes.carregar().demanda:
        for cod, _, qtd in fonte.quantidades(familias.canonico, dia):
            carteira[familias.canonico[cod]] += qtd
    linha_de = linhas_de_producao.dos_produtos(familias.codigos)
    for cod, retrato in servico.retratar_ou_guardado(cods).items():
        dias = representacao.dias(retrato.projecao)
        yield [
            cod,
            linha_de.get(cod, ""),
            retrato.nome_produto,
            quantidade(carteira[cod]),
            retrato.figuras.dia_ruptura,
            *(dia[campo] for dia in dias for campo in COLUNAS_DO_DIA.values()),
        ]


def exportar(arquivo: Path, ao_avancar: AoAvancar | None = None) -> int:
    """Write the file, whole or not at all; the number of products. Raises OSError."""
    provisorio = arquivo.with_name(f".{arquivo.name}.parcial")
    try:
        with provisorio.open("wb") as saida:
            produtos = FORMATOS[arquivo.suffix.lower()](saida, linhas(ao_avancar))
        provisorio.replace(arquivo)
    finally:
        provisorio.unlink(missing_ok=True)
    return produtos


FORMATOS: dict[str, Callable[[BinaryIO, Iterable[list]], int]] = {
    ".csv": lambda saida, linhas: tabela.gravar_csv(saida, cabecalho(), linhas),
    ".xlsx": lambda saida, linhas: tabela.gravar_xlsx(saida, cabecalho(), linhas, "Projeção", 3),
}
