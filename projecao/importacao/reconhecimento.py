"""What a file is, by its header: so that who sends it need not say, and hears at once when it cannot be."""

from os import PathLike
from typing import BinaryIO

from projecao.importacao import leitura
from projecao.importacao.erros import ArquivoInvalido
from projecao.importacao.planilha import Planilha
from projecao.importacao.registro import planilha_de, planilhas

TITULOS_CITADOS = 8


def reconhecer(arquivo: str | PathLike | BinaryIO, tipo: str = "") -> type[Planilha]:
    """The kind of the file. Raises ArquivoInvalido for one that is not of `tipo`, or that might be of several."""
    with leitura.abrir(arquivo) as tabela:
        cabecalho = tabela.cabecalho
    if tipo:
        planilha_de(tipo)(cabecalho)  # raises, naming the columns that are missing
        return planilha_de(tipo)
    por_colunas: dict[int, list[type[Planilha]]] = {}
    for classe in planilhas().values():
        por_colunas.setdefault(_reconhecidas(classe, cabecalho), []).append(classe)
    mais = max(por_colunas)
    if not mais:
        raise ArquivoInvalido(
            f"Os títulos das colunas ({_citar(cabecalho)}) não são de nenhum tipo de arquivo conhecido. "
            "Confira se a primeira linha traz os títulos; se trouxer, escolha o tipo."
        )
    if len(por_colunas[mais]) > 1:
        nomes = " ou ".join(classe.titulo_do_tipo() for classe in por_colunas[mais])
        raise ArquivoInvalido(f"Pelas colunas, o arquivo pode ser de {nomes}. Escolha o tipo.")
    return por_colunas[mais][0]


def _reconhecidas(classe: type[Planilha], cabecalho: list[str]) -> int:
    """How many columns of the file the kind knows; 0 if it cannot be of that kind."""
    try:
        return len(classe(cabecalho).posicoes)
    except ArquivoInvalido:
        return 0


def _citar(cabecalho: list[str]) -> str:
    titulos = [titulo if len(titulo) <= 40 else f"{titulo[:37]}..." for titulo in cabecalho if titulo]
    return ", ".join([*titulos[:TITULOS_CITADOS], *(["..."] if len(titulos) > TITULOS_CITADOS else [])])
