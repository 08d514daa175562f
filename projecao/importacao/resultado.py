"""What an import did, or would do."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from projecao.importacao.comparacao import Plano
from projecao.importacao.erros import ErroDeLinha
from projecao.importacao.planilha import Planilha

PREVIA_MAXIMA = 200


class Diferenca(NamedTuple):
    """A change, for people to look at before they confirm it."""

    acao: str
    """nova, alterada or retirada"""
    linha: int | None
    """None for a row that is gone from the file."""
    registro: str
    campos: dict[str, tuple[Any, Any]]
    """Field's label → (before, after)."""


@dataclass(frozen=True)
class Resultado:
    tipo: str
    gravado: bool
    recusado: bool
    """Nothing was stored because rows are bad."""
    novas: int
    alteradas: int
    iguais: int
    retiradas: int
    """Deactivated or deleted."""
    ignoradas: int
    """Rows that ask for nothing, such as a cancelled order line that we never had."""
    preservados: int
    """Values that a planner changed, and that stay although the file has others."""
    erros: list[ErroDeLinha] = field(default_factory=list)
    colunas_ignoradas: list[str] = field(default_factory=list)
    diferencas: list[Diferenca] = field(default_factory=list)
    """At most PREVIA_MAXIMA."""

    @classmethod
    def de(
        cls, planilha: Planilha, plano: Plano, erros: list[ErroDeLinha], *, gravado: bool, recusado: bool
    ) -> "Resultado":
        return cls(
            tipo=planilha.tipo,
            gravado=gravado,
            recusado=recusado,
            novas=len(plano.novas),
            alteradas=len(plano.alteradas),
            iguais=plano.iguais,
            retiradas=len(plano.retiradas) + len(plano.ausentes),
            ignoradas=plano.ignoradas,
            preservados=plano.preservados,
            erros=erros,
            colunas_ignoradas=planilha.ignoradas,
            diferencas=_previa(planilha, plano),
        )


def _previa(planilha: Planilha, plano: Plano) -> list[Diferenca]:
    """What takes something away comes first: it is what one regrets."""

    def rotular(campos):
        editaveis = ((planilha.modelo._meta.get_field(nome), par) for nome, par in campos.items())
        return {str(campo.verbose_name): par for campo, par in editaveis if campo.editable}

    previa = [Diferenca("retirada", None, planilha.descrever(objeto), {}) for objeto in plano.ausentes[:PREVIA_MAXIMA]]
    for acao, alteracoes in (("retirada", plano.retiradas), ("alterada", plano.alteradas)):
        previa += [
            Diferenca(acao, linha.numero, planilha.descrever(objeto), rotular(mudancas))
            for linha, objeto, mudancas in alteracoes[: PREVIA_MAXIMA - len(previa)]
        ]
    for linha, objeto in plano.novas[: PREVIA_MAXIMA - len(previa)]:
        # Its key is in its description already.
        campos = {campo: (None, getattr(objeto, campo)) for campo in linha.valores if campo not in planilha.chave}
        previa.append(Diferenca("nova", linha.numero, planilha.descrever(objeto), rotular(campos)))
    return previa
