"""Values against the database → a plan. It only reads: a simulation ends here."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Model

from projecao.importacao.erros import ErroDeLinha, ValorInvalido
from projecao.importacao.planilha import Linha, Mudancas, Planilha
from projecao.importacao.progresso import Progresso

GRUPOS_POR_CONSULTA = 1000


class Alteracao(NamedTuple):
    linha: Linha
    objeto: Model
    mudancas: Mudancas


@dataclass
class Plano:
    novas: list[tuple[Linha, Model]] = field(default_factory=list)
    alteradas: list[Alteracao] = field(default_factory=list)
    retiradas: list[Alteracao] = field(default_factory=list)
    """Rows that the file itself takes out of use (`ativo` turns false)."""
    ausentes: list[Model] = field(default_factory=list)
    """The stored rows that are gone from a file that stands for all there is; only their key is loaded."""
    iguais: int = 0
    ignoradas: int = 0
    preservados: int = 0
    erros: list[ErroDeLinha] = field(default_factory=list)


def comparar(planilha: Planilha, linhas: list[Linha], *, substituir: bool, travar: bool, progresso: Progresso) -> Plano:
    """`travar` locks the stored rows until the transaction ends: nobody's edit falls between look and write."""
    plano = Plano()
    conjunto = planilha.modelo._default_manager.all()
    if travar:
        conjunto = conjunto.select_for_update()
    por_grupo: dict[Hashable, list[Linha]] = {}
    for linha in linhas:
        por_grupo.setdefault(planilha.grupo(linha), []).append(linha)
    # Each stored row is fetched once, however the file is sorted, since a group is never split.
    grupos = sorted(por_grupo)
    with progresso(len(linhas), "Comparando") as avancar:
        for inicio in range(0, len(grupos), GRUPOS_POR_CONSULTA):
            lote = grupos[inicio : inicio + GRUPOS_POR_CONSULTA]
            guardadas = planilha.guardadas(conjunto.filter(planilha.filtro(lote)))
            for grupo in lote:
                for linha in por_grupo[grupo]:
                    _comparar_linha(planilha, plano, linha, guardadas.get(linha.identidade))
                avancar(len(por_grupo[grupo]))
    plano.novas.sort(key=lambda nova: nova[0].numero)
    if substituir:
        do_arquivo = {linha.identidade for linha in linhas}
        guardadas = planilha.guardadas(planilha.substituiveis(linhas).only(*planilha.chave))
        plano.ausentes = [objeto for identidade, objeto in guardadas.items() if identidade not in do_arquivo]
    return plano


def _comparar_linha(planilha: Planilha, plano: Plano, linha: Linha, objeto: Model | None) -> None:
    if objeto is None:
        try:
            novo = planilha.criar(linha)
        except ValorInvalido as invalido:
            plano.erros.append(ErroDeLinha(linha.numero, planilha.titulo(invalido.campo), invalido.motivo))
            return
        if novo is None:
            plano.ignoradas += 1
        else:
            plano.novas.append((linha, novo))
        return
    plano.preservados += planilha.preservados(objeto, linha.valores)
    mudancas = planilha.mudancas(objeto, linha.valores)
    if not mudancas:
        plano.iguais += 1
    elif mudancas.get("ativo") == (True, False):
        plano.retiradas.append(Alteracao(linha, objeto, mudancas))
    else:
        plano.alteradas.append(Alteracao(linha, objeto, mudancas))
