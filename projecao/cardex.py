"""A projection as a cardex: extremes, totals, alerts, and the documents behind each day."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from projecao import fontes, motor, representacao
from projecao.conf import ajustes
from projecao.fontes import Documento
from projecao.unidades import em_portugues, quantidade


def cardex(retrato) -> dict:
    """`retrato` is a `servico.Retrato`. Extremes are of estoque_final; of equal ones, the first day."""
    projecao = retrato.projecao
    finais = projecao.estoque_final
    return {
        "cod_produto": retrato.cod_produto,
        "nome_produto": retrato.nome_produto,
        "estoque_atual": quantidade(projecao.estoque_atual),
        "maior_estoque": _extremo(finais, max(finais)),
        "menor_estoque": _extremo(finais, min(finais)),
        "total_producao": quantidade(sum(projecao.producao)),
        "total_saidas": quantidade(sum(projecao.saidas)),
        "cardex": representacao.dias(projecao),
        "alertas": list(alertas(retrato)),
    }


def _extremo(finais: Sequence[int], valor: int) -> dict:
    return {"dia": finais.index(valor), "valor": quantidade(valor)}


class Alocado(NamedTuple):
    documento: Documento
    dia: int | None
    atrasado: bool


def alocar(dia: date, codigos: Iterable[str]) -> list[Alocado]:
    """Every document of these codes on the day where the engine counts it; None for no date. One query per source.

    What the engine does not count (past production, anything after D28) is left out.
    """
    alocados, carregadas, codigos = [], fontes.carregar(), list(codigos)
    for fonte in carregadas.demanda:
        for documento in fonte.documentos(codigos, dia):
            em = motor.alocar_saida(dia, documento.data, fonte.sem_data_sai_hoje)
            if em.dia is not None or documento.data is None:
                alocados.append(Alocado(documento, *em))
    for fonte in carregadas.producao:
        for documento in fonte.documentos(codigos, dia):
            em_dia = motor.alocar_producao(dia, documento.data, ajustes.PRODUCAO_DIAS_ATE_DISPONIVEL)
            if em_dia is not None:
                alocados.append(Alocado(documento, em_dia, False))
    return alocados


def cardex_detalhado(retrato, alocados: Iterable[Alocado]) -> dict:
    dados, sem_data = cardex(retrato), []
    for dia in dados["cardex"]:
        dia["documentos"] = []
    for alocado in alocados:
        destino = sem_data if alocado.dia is None else dados["cardex"][alocado.dia]["documentos"]
        destino.append(_documento(alocado))
    return dados | {"sem_data": sem_data}


def _documento(alocado: Alocado) -> dict:
    documento = alocado.documento
    return {
        "origem": documento.origem,
        "id": documento.id,
        "cod_produto": documento.cod_produto,
        "num_pedido": documento.num_pedido,
        "separacao_lote_id": documento.separacao_lote_id,
        "cliente": documento.cliente,
        "cidade": documento.cidade,
        "uf": documento.uf,
        "linha_producao": documento.linha_producao,
        "qtd": quantidade(documento.quantidade),
        "data_original": documento.data,
        "atrasado": alocado.atrasado,
    }


def alertas(retrato):
    """What a planner should see first, the most urgent first; texts in Portuguese."""
    projecao, figuras = retrato.projecao, retrato.figuras
    finais = projecao.estoque_final
    if figuras.dia_ruptura is not None:
        yield _ruptura(projecao, figuras)
    elif figuras.status_ruptura == motor.CRITICO:
        dia = finais.index(figuras.menor_estoque_7d)
        yield _alerta(
            "ESTOQUE_ZERADO",
            dia,
            "Estoque zerado nos próximos sete dias",
            f"O estoque termina o dia {projecao.data(dia):%d/%m/%Y} em zero, com saídas previstas.",
            "Antecipe produção: qualquer venda a mais falta.",
        )
    elif figuras.status_ruptura == motor.ATENCAO:
        dia = finais.index(figuras.menor_estoque_7d)
        yield _alerta(
            "ESTOQUE_BAIXO",
            dia,
            "Estoque abaixo da segurança",
            f"O menor estoque em sete dias é {_br(figuras.menor_estoque_7d)}, em {projecao.data(dia):%d/%m/%Y}.",
            "Programe reposição antes desse dia.",
        )
    if projecao.saidas_atrasadas:
        yield _alerta(
            "SAIDAS_ATRASADAS",
            0,
            "Saídas atrasadas",
            f"{_br(projecao.saidas_atrasadas)} já deveriam ter saído e contam hoje.",
            "Confirme a expedição ou corrija a data dos documentos.",
        )
    if projecao.saidas_sem_data:
        yield _alerta(
            "SAIDAS_SEM_DATA",
            None,
            "Saídas sem data",
            f"{_br(projecao.saidas_sem_data)} vendidos sem data de expedição não contam em nenhum dia.",
            "Defina a data de expedição.",
        )


def _ruptura(projecao: motor.Projecao, figuras: motor.Figuras) -> dict:
    ruptura = (figuras.dia_ruptura - projecao.hoje).days
    volta = next((dia for dia, final in enumerate(projecao.estoque_final) if dia > ruptura and final >= 0), None)
    maior_falta = -figuras.menor_estoque_28d
    descricao = f"O estoque fica negativo em {figuras.dia_ruptura:%d/%m/%Y}; a maior falta é de {_br(maior_falta)}."
    if volta is None:
        sugestao = f"Programe a produção de {_br(maior_falta)} até {figuras.dia_ruptura:%d/%m/%Y}."
    else:
        sugestao = (
            f"A produção programada só cobre a falta em {projecao.data(volta):%d/%m/%Y}: antecipe-a ou adie expedições."
        )
    return _alerta("RUPTURA", ruptura, "Ruptura de estoque", descricao, sugestao)


def _alerta(tipo: str, dia: int | None, titulo: str, descricao: str, sugestao: str) -> dict:
    return {"tipo": tipo, "dia": dia, "titulo": titulo, "descricao": descricao, "sugestao": sugestao}


def _br(milesimos: int) -> str:
    return em_portugues(quantidade(milesimos))
