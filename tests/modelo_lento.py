"""SPEC.md section 4 again, slow and obvious: plain Python over rows loaded one by one.

It shares no code with the system but the models' columns, so that the two can disagree.
"""

from datetime import date, timedelta
from decimal import Decimal

from carteira.models import CarteiraPrincipal, Pedido, PreSeparacaoItem, Separacao
from producao.models import ProgramacaoProducao
from projecao.models import MovimentacaoEstoque, Produto, UnificacaoCodigos

ZERO = Decimal(0)


def codigos_de(cod: str) -> tuple[str, list[str]]:
    destino = cod
    for unificacao in UnificacaoCodigos.objects.all():
        if unificacao.ativo and unificacao.codigo_origem == cod:
            destino = unificacao.codigo_destino
    origens = [u.codigo_origem for u in UnificacaoCodigos.objects.all() if u.ativo and u.codigo_destino == destino]
    return destino, [destino, *sorted(origens)]


def estoque_de(codigos: list[str]) -> Decimal:
    movimentos = MovimentacaoEstoque.objects.all()
    return sum((m.qtd_movimentacao for m in movimentos if m.ativo and m.cod_produto in codigos), ZERO)


def pedido_do_lote(lote: str | None) -> Pedido | None:
    if not lote:
        return None
    return next((pedido for pedido in Pedido.objects.all() if pedido.separacao_lote_id == lote), None)


def saidas_de(codigos: list[str]) -> list[tuple[date | None, Decimal, bool]]:
    """(date, quantity, leaves today if it has no date)."""
    saidas = []
    for separacao in Separacao.objects.all():
        if separacao.cod_produto in codigos and separacao.qtd_saldo > 0:
            pedido = pedido_do_lote(separacao.separacao_lote_id)
            if pedido is None or pedido.status in ("ABERTO", "COTADO"):
                expedicao = pedido.expedicao if pedido is not None and pedido.expedicao else separacao.expedicao
                saidas.append((expedicao, separacao.qtd_saldo, True))
    for pre in PreSeparacaoItem.objects.all():
        if pre.cod_produto in codigos and conta(pre):
            saidas.append((pre.data_expedicao_editada, pre.qtd_selecionada_usuario, False))
    for linha in CarteiraPrincipal.objects.all():
        if linha.cod_produto in codigos and linha.ativo and not linha.separacao_lote_id:
            resta = linha.qtd_saldo_produto_pedido
            for pre in PreSeparacaoItem.objects.all():
                if mesma_linha(pre, linha) and conta(pre):
                    resta -= pre.qtd_selecionada_usuario
            for separacao in Separacao.objects.all():
                if mesma_linha(separacao, linha) and separacao.qtd_saldo > 0:
                    pedido = pedido_do_lote(separacao.separacao_lote_id)
                    if pedido is None or pedido.status in ("ABERTO", "COTADO", "EMBARCADO"):
                        resta -= separacao.qtd_saldo
            if resta > 0:
                saidas.append((linha.expedicao, resta, False))
    return saidas


def conta(pre: PreSeparacaoItem) -> bool:
    return pre.status in ("CRIADO", "RECOMPOSTO") and pre.qtd_selecionada_usuario > 0


def mesma_linha(um, outro) -> bool:
    return (um.num_pedido, um.cod_produto) == (outro.num_pedido, outro.cod_produto)


def projecao(cod: str, hoje: date, estoque_atencao=Decimal(10), dias_ate_disponivel=0) -> dict:
    """What `GET /api/estoque/{cod}/projecao` should say, less what depends on when it was computed."""
    destino, codigos = codigos_de(cod)
    saidas, producoes = saidas_de(codigos), ProgramacaoProducao.objects.all()
    producoes = [p for p in producoes if p.cod_produto in codigos and p.data_programacao >= hoje]
    estoque = atual = estoque_de(codigos)
    dias = []
    for n in range(29):
        dia = hoje + timedelta(days=n)
        sai = entra = ZERO
        for data, qtd, sem_data_sai_hoje in saidas:
            sem_data = data is None and sem_data_sai_hoje
            atrasada = data is not None and data < hoje
            if data == dia or (n == 0 and (sem_data or atrasada)):
                sai += qtd
        for producao in producoes:
            if producao.data_programacao + timedelta(days=dias_ate_disponivel) == dia:
                entra += producao.qtd_programada
        final = estoque - sai + entra
        dias.append(
            {
                "dia": n,
                "data": dia.isoformat(),
                "estoque_inicial": estoque,
                "saidas": sai,
                "saldo": estoque - sai,
                "producao": entra,
                "estoque_final": final,
            }
        )
        estoque = final
    menor_7d = min(dia["estoque_final"] for dia in dias[:8])
    ruptura = next((dia["data"] for dia in dias if dia["estoque_final"] < 0), None)
    algo_sai = any(dia["saidas"] > 0 for dia in dias)
    produto = Produto.objects.filter(pk=destino).first()
    seguranca = estoque_atencao if produto is None or produto.estoque_seguranca is None else produto.estoque_seguranca
    if menor_7d < 0 or (menor_7d == 0 and algo_sai):
        status = "CRÍTICO"
    elif (menor_7d < seguranca and algo_sai) or ruptura:
        status = "ATENÇÃO"
    else:
        status = "OK"
    return {
        "cod_produto": destino,
        "codigos": codigos,
        "estoque_atual": atual,
        "menor_estoque_7d": menor_7d,
        "menor_estoque_28d": min(dia["estoque_final"] for dia in dias),
        "dia_ruptura": ruptura,
        "status_ruptura": status,
        "producao_hoje": sum((p.qtd_programada for p in producoes if p.data_programacao == hoje), ZERO),
        "saidas_atrasadas": sum(
            (qtd for data, qtd, hoje_se_nao in saidas if (data is None and hoje_se_nao) or (data and data < hoje)), ZERO
        ),
        "saidas_sem_data": sum((qtd for data, qtd, hoje_se_nao in saidas if data is None and not hoje_se_nao), ZERO),
        "data_base": hoje.isoformat(),
        "projecao": dias,
    }
