"""What a worker does with a file that somebody sent (`projecao.importacoes`): look at it; store it.

Both keep what the page shows on the `Importacao`, and give the work its figures: {"importacao", "gravado",
"recusado", "muda", "contas"}.
"""

import time
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from projecao.andamento import Relator
from projecao.importacao.carga import importar
from projecao.importacao.erros import ErroDeImportacao
from projecao.importacao.resultado import Resultado
from projecao.importacao.valores import escrever
from projecao.models import Importacao, Trabalho
from projecao.unidades import em_portugues

ERROS_GUARDADOS = 5000
"""The others are only counted."""
TEXTO_MAXIMO = 200
CONTAS = ("novas", "alteradas", "iguais", "retiradas", "ignoradas", "preservados")


class ArquivoEsquecido(ErroDeImportacao):
    pass


def conferir(trabalho: Trabalho, relator: Relator) -> dict:
    importacao = _importacao(trabalho, conferencia=trabalho.pk)
    previa = _importar(importacao, relator, simular=True)
    # Unless it was asked for again since.
    Importacao.objects.filter(pk=importacao.pk, conferencia=trabalho.pk).update(previa=previa)
    return _resumo(importacao, previa)


def gravar(trabalho: Trabalho, relator: Relator) -> dict:
    """In the transaction of the work's outcome: the rows, the result and the forgetting of the file are one."""
    importacao = _importacao(trabalho, gravacao=trabalho.pk)
    resultado = _importar(importacao, relator, simular=False)
    gravado = {"conteudo": None} if resultado["gravado"] else {}
    Importacao.objects.filter(pk=importacao.pk).update(resultado=resultado, **gravado)
    return _resumo(importacao, resultado)


def _importacao(trabalho: Trabalho, **ligada) -> Importacao:
    importacao = Importacao.objects.filter(pk=trabalho.parametros["importacao"], **ligada).first()
    if importacao is None or importacao.conteudo is None:
        raise ArquivoEsquecido("O arquivo desta importação não está mais guardado. Envie-o de novo.")
    return importacao


def _importar(importacao: Importacao, relator: Relator, *, simular: bool) -> dict:
    inicio = time.perf_counter()
    resultado = importar(
        importacao.tipo,
        BytesIO(importacao.conteudo),
        substituir=importacao.substituir,
        parcial=importacao.parcial,
        simular=simular,
        progresso=relator.etapa,
    )
    return como_json(resultado) | {"segundos": round(time.perf_counter() - inicio, 1)}


def como_json(resultado: Resultado) -> dict[str, Any]:
    """For people to look at: values are texts, as Brazilians write them."""
    contas = {nome: getattr(resultado, nome) for nome in CONTAS}
    contas["linhas_com_erro"] = len({erro.linha for erro in resultado.erros})
    return {
        "gravado": resultado.gravado,
        "recusado": resultado.recusado,
        "contas": contas,
        "erros": [[erro.linha, _texto(erro.coluna), _texto(erro.motivo)] for erro in resultado.erros[:ERROS_GUARDADOS]],
        "total_de_erros": len(resultado.erros),
        "colunas_ignoradas": [_texto(titulo) for titulo in resultado.colunas_ignoradas],
        "diferencas": [
            [
                diferenca.acao,
                diferenca.linha,
                _texto(diferenca.registro),
                [[campo, _texto(antes), _texto(depois)] for campo, (antes, depois) in diferenca.campos.items()],
            ]
            for diferenca in resultado.diferencas
        ],
    }


def _resumo(importacao: Importacao, resultado: dict) -> dict:
    muda = any(resultado["contas"][nome] for nome in ("novas", "alteradas", "retiradas"))
    figuras = {nome: resultado[nome] for nome in ("gravado", "recusado", "contas")}
    return {"importacao": importacao.pk, "muda": muda, **figuras}


def _texto(valor: Any) -> str:
    if isinstance(valor, Decimal):
        return em_portugues(valor)
    # jsonb holds no NUL; a header of a CSV may.
    texto = escrever(valor if isinstance(valor, str | bool | date) else valor and str(valor)).replace("\0", "\ufffd")
    return texto if len(texto) <= TEXTO_MAXIMO else f"{texto[: TEXTO_MAXIMO - 3]}..."
