"""A production plan, and a ledger whose balance puts each product where the demo wants it: short, tight or well."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from random import Random

from estoque_site.demo.pedidos import CAIXA, Pesado, em_dia_util
from producao.models import ProgramacaoProducao
from projecao import motor
from projecao.conf import ajustes
from projecao.models import MovimentacaoEstoque

SEMANAS_DE_RAZAO = 6
ATE_ZERADO, ATE_CRITICO, ATE_ATENCAO = 0.01, 0.11, 0.25
"""Shares of the portfolio, cumulated; somewhat more than appear, since not every product can be short."""
Tipo = MovimentacaoEstoque.Tipo


def programar(rng: Random, hoje: date, pesado: Pesado, saidas: int) -> list[ProgramacaoProducao]:
    """Runs of a line on weekdays: last week's, which is in the ledger by now, and those that meet the demand."""
    produto = pesado.produto
    if not produto.linha or not saidas or rng.random() < 0.3:
        return []
    rodadas = rng.randint(1, 3)
    meio_pallet = max(produto.palletizacao // 2, 1)
    tamanho = max(saidas // CAIXA // rodadas // meio_pallet, 1) * meio_pallet
    dias = [-rng.randint(2, 9)] if rng.random() < 0.5 else []
    dias += sorted(rng.sample(range(motor.DIAS), rodadas))
    return [
        ProgramacaoProducao(
            data_programacao=em_dia_util(hoje + timedelta(days=dia)),
            cod_produto=produto.cod_produto,
            nome_produto=produto.nome_produto,
            qtd_programada=Decimal(tamanho),
            linha_producao=produto.linha,
            cliente_produto=produto.cliente,
            observacao_pcp=f"OP {rng.randint(10000, 99999)}",
        )
        for dia in dias
    ]


def projetar_sem_estoque(
    hoje: date, demandas: Sequence[motor.Demanda], programacao: Sequence[ProgramacaoProducao]
) -> motor.Projecao:
    producoes = [motor.Producao(op.data_programacao, int(op.qtd_programada) * CAIXA) for op in programacao]
    return motor.projetar(hoje, 0, demandas, producoes, ajustes.PRODUCAO_DIAS_ATE_DISPONIVEL)


def escolher_estoque(rng: Random, sorte: float, curva: motor.Projecao, seguranca: int) -> int:
    """Cases in stock today. `curva` is the projection from nothing: what it lacks, the stock must have.

    `sorte` (0 to 1) is the product's luck: the worst run out this week, the next run out later or get
    below their safety stock, and most have enough.
    """
    finais = curva.estoque_final
    falta_7d = -min(finais[: motor.DIAS_CURTO]) // CAIXA
    falta_28d = max(-min(finais) // CAIXA, 0)
    if not any(curva.saidas):
        return rng.choice((0, 0, rng.randint(1, 60)))
    folga = rng.randint(1, max(sum(curva.saidas) // CAIXA * 3 // 4, 2))
    if falta_7d <= 0 or sorte >= ATE_ATENCAO:
        return falta_28d + seguranca + folga
    if sorte < ATE_ZERADO:
        return falta_7d
    if sorte < ATE_CRITICO:
        return falta_7d - max(falta_7d * rng.randint(5, 50) // 100, 1)
    if falta_28d - falta_7d > seguranca + 1:
        return rng.randrange(falta_7d + seguranca, falta_28d)
    return falta_7d + rng.randint(1, seguranca - 1)


def escriturar(rng: Random, hoje: date, pesado: Pesado, estoque: int) -> list[MovimentacaoEstoque]:
    """Some weeks of movements that end in `estoque` and were never below zero on the way."""
    produto = pesado.produto
    inicio = hoje - timedelta(days=7 * SEMANAS_DE_RAZAO + 1)
    passos: list[tuple[date, str, int]] = []
    semanal = max(estoque // 4, pesado.giro * produto.palletizacao // 4)
    for semana in range(SEMANAS_DE_RAZAO if pesado.giro else 1):
        segunda = inicio + timedelta(days=7 * semana + 1)
        if semanal and rng.random() < 0.6:
            entrada = Tipo.PRODUCAO if produto.linha else Tipo.ENTRADA
            passos.append((em_dia_util(segunda), entrada, rng.randint(semanal // 2, semanal * 2)))
        if semanal:
            saida = em_dia_util(segunda + timedelta(days=rng.randint(1, 4)))
            passos.append((min(saida, hoje), Tipo.SAIDA, -rng.randint(1, semanal + 1)))
        if rng.random() < 0.08:
            passos.append((em_dia_util(segunda), Tipo.AJUSTE, rng.choice((-3, -2, -1, 1, 2))))
    passos.sort(key=lambda passo: passo[0])
    saldos = list(accumulate(qtd for _, _, qtd in passos)) or [0]
    inicial = max(estoque - saldos[-1], -min(saldos), 0)
    sobra = inicial + saldos[-1] - estoque
    if sobra:
        passos.append((hoje - timedelta(days=1), Tipo.SAIDA, -sobra))
    passos.insert(0, (inicio, Tipo.EST_INICIAL, inicial))
    movimentos = [_movimento(rng, pesado, *passo) for passo in passos]
    if rng.random() < 0.05:
        movimentos.append(_cancelado(rng, hoje, pesado))
    return movimentos


def _movimento(rng: Random, pesado: Pesado, data: date, tipo: str, caixas: int) -> MovimentacaoEstoque:
    # An old code may have moved until recently; the opening balance was counted under the product's own.
    cod = pesado.codigos[0] if tipo == Tipo.EST_INICIAL else rng.choice(pesado.codigos)
    return MovimentacaoEstoque(
        cod_produto=cod,
        nome_produto=pesado.produto.nome_produto,
        data_movimentacao=data,
        tipo_movimentacao=tipo,
        local_movimentacao="FÁBRICA" if tipo == Tipo.PRODUCAO else "CD",
        qtd_movimentacao=Decimal(caixas),
        observacao="Contagem cíclica" if tipo == Tipo.AJUSTE else "",
    )


def _cancelado(rng: Random, hoje: date, pesado: Pesado) -> MovimentacaoEstoque:
    movimento = _movimento(rng, pesado, hoje - timedelta(days=rng.randint(2, 30)), Tipo.ENTRADA, rng.randint(5, 80))
    movimento.ativo = False
    movimento.observacao = "Lançamento em duplicidade, cancelado"
    return movimento
