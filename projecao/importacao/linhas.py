"""Raw cells → values, or every reason why not."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from projecao.importacao.coluna import NADA
from projecao.importacao.erros import ArquivoInvalido, ErroDeLinha, ValorInvalido
from projecao.importacao.leitura import LinhaCrua, Tabela
from projecao.importacao.planilha import Linha, Planilha
from projecao.importacao.progresso import Progresso
from projecao.importacao.valores import Celula, Formato, tem_virgula_decimal, vazia


def ler(planilha: Planilha, tabela: Tabela, progresso: Progresso) -> tuple[list[Linha], list[ErroDeLinha]]:
    """The good rows, and what is wrong with the others: all of it, not the first thing found."""
    cruas = list(tabela.linhas)
    if not cruas:
        raise ArquivoInvalido("O arquivo só tem o cabeçalho, nenhuma linha.")
    formato = Formato(tabela.ponto_e_virgula or _usa_virgula_decimal(planilha, cruas), tabela.epoca)
    leitores = planilha.leitores()
    linhas, erros = [], []
    with progresso(len(cruas), "Lendo") as avancar:
        for numero, celulas in cruas:
            valores, invalidos = _ler_celulas(leitores, celulas, formato)
            if any(not vazia(celula) for celula in celulas[len(planilha.cabecalho) :]):
                # The usual cause: decimal commas without quotes in a file that commas delimit.
                invalidos.append(ValorInvalido("tem mais células que o cabeçalho"))
            if invalidos := invalidos or list(planilha.revisar(valores)):
                erros += [_erro(planilha, numero, invalido) for invalido in invalidos]
            else:
                linhas.append(Linha(numero, valores))
            avancar(1)
    return linhas, erros


def _usa_virgula_decimal(planilha: Planilha, cruas: list[LinhaCrua]) -> bool:
    posicoes = planilha.posicoes_de_numeros()
    return any(
        tem_virgula_decimal(celulas[posicao]) for _, celulas in cruas for posicao in posicoes if posicao < len(celulas)
    )


def _ler_celulas(leitores, celulas: Sequence[Celula], formato: Formato) -> tuple[dict[str, Any], list[ValorInvalido]]:
    valores, invalidos, quantas = {}, [], len(celulas)
    for campo, posicao, ler_celula in leitores:
        try:
            valor = ler_celula(celulas[posicao] if posicao < quantas else None, formato)
        except ValorInvalido as invalido:
            invalidos.append(ValorInvalido(invalido.motivo, campo))
        else:
            if valor is not NADA:
                valores[campo] = valor
    return valores, invalidos


def _erro(planilha: Planilha, numero: int, invalido: ValorInvalido) -> ErroDeLinha:
    return ErroDeLinha(numero, planilha.titulo(invalido.campo) if invalido.campo else "", invalido.motivo)


def identificar(planilha: Planilha, linhas: list[Linha]) -> tuple[list[Linha], list[ErroDeLinha]]:
    """Rows with their identity. Where keys are unique, a row that repeats one is refused; the first stays."""
    vistas: Counter[tuple] = Counter()
    primeiras: dict[tuple, int] = {}
    boas, erros = [], []
    for linha in linhas:
        base = planilha.base(linha.valores)
        primeira = primeiras.setdefault(base, linha.numero)
        if primeira != linha.numero and not planilha.repete:
            chave = ", ".join(str(parte) for parte in base)
            erros.append(ErroDeLinha(linha.numero, "", f"repete a linha {primeira} ({chave})"))
            continue
        linha.identidade = planilha.identidade(base, vistas[base])
        vistas[base] += 1
        boas.append(linha)
    return boas, erros


def validar(planilha: Planilha, linhas: list[Linha]) -> tuple[list[Linha], list[ErroDeLinha]]:
    """The rows that the kind's rules between rows accept, and what they refuse."""
    erros: list[ErroDeLinha] = []
    # Without a refused row, what is stored in its place counts again, and another row may break the rule.
    while novos := planilha.validar(linhas):
        recusadas = {erro.linha for erro in novos}
        linhas = [linha for linha in linhas if linha.numero not in recusadas]
        erros += novos
    return linhas, erros
