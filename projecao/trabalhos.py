"""Work that a person asks for and that outlives his request: recalculate all, check the stock, bring a file in.

    pedir                 a row, in the transaction of the request
    (commit)              ring: a worker begins at once; the sweep every 30 s begins what no bell rang for
    executar_pendentes    claim, do, store the outcome: for what is all or nothing, in one transaction with the work

A worker that dies leaves a row that says it is running, and no beat (`andamento`): the sweep gives it to another.
Each action is safe to repeat, and the claim is numbered (`tentativas`): a worker that was only thought dead cannot
store a second outcome.
"""

import logging
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone
from django_q.tasks import async_task

from projecao import andamento, conferencia, recalculo, unificacao
from projecao.conf import ajustes
from projecao.excecoes import ErroDeProjecao
from projecao.importacao import execucao
from projecao.importacao.erros import ErroDeImportacao
from projecao.models import EstadoInterno, Trabalho

logger = logging.getLogger(__name__)

TAREFA = "projecao.tasks.executar_trabalhos"
TENTATIVAS = 3
DIVERGENCIAS_GUARDADAS = 1000
"""Of a check: the others are only counted."""

Estado = Trabalho.Estado


class Ultrapassado(Exception):
    """Another worker has taken this work over: whatever we did of it in this transaction is undone."""


class Acao(NamedTuple):
    fazer: Callable[[Trabalho, andamento.Relator], dict]
    """Does it, reporting how far it is; its outcome, as JSON."""
    em_uma_transacao: bool = False
    """All or nothing, together with its outcome. Otherwise it commits as it goes, and may be begun again."""


def pedir(tipo: str, usuario=None, **parametros) -> Trabalho:
    with transaction.atomic():
        trabalho = Trabalho.objects.create(tipo=tipo, parametros=parametros, criado_por=usuario)
        transaction.on_commit(lambda: async_task(TAREFA), robust=True)
    return trabalho


def pedir_uma_vez(tipo: str, usuario=None, **parametros) -> Trabalho:
    """Like `pedir`; but if the very same work waits or runs already, it is that one."""
    with transaction.atomic():
        nome = f"trabalho:{tipo}"
        EstadoInterno.objects.get_or_create(nome=nome)
        EstadoInterno.objects.select_for_update().get(nome=nome)  # who presses at the same time waits here
        por_fazer = Trabalho.objects.filter(tipo=tipo, estado__in=(Estado.NA_FILA, Estado.EXECUTANDO)).order_by("id")
        iguais = (trabalho for trabalho in por_fazer if trabalho.parametros == parametros)
        return next(iguais, None) or pedir(tipo, usuario, **parametros)


def executar_pendentes() -> int:
    """Do all that waits, oldest first; how many."""
    _retomar_interrompidos()
    feitos = 0
    while (trabalho := _tomar()) is not None:
        _executar(trabalho)
        feitos += 1
    return feitos


def esquecer_antigos() -> int:
    limite = timezone.now() - timedelta(days=ajustes.REGISTRO_DIAS)
    return Trabalho.objects.filter(concluido_em__lt=limite).delete()[0]


def _tomar() -> Trabalho | None:
    with transaction.atomic():
        na_fila = Trabalho.objects.filter(estado=Estado.NA_FILA).order_by("id")
        trabalho = na_fila.select_for_update(skip_locked=True).first()
        if trabalho is None:
            return None
        trabalho.estado, trabalho.iniciado_em = Estado.EXECUTANDO, timezone.now()
        trabalho.tentativas += 1
        trabalho.save(update_fields=["estado", "iniciado_em", "tentativas"])
        return trabalho


def _executar(trabalho: Trabalho) -> None:
    acao = ACOES[trabalho.tipo]
    try:
        inteiro = transaction.atomic() if acao.em_uma_transacao else nullcontext()
        with andamento.acompanhar(trabalho.pk) as relator, inteiro:
            _concluir(trabalho, Estado.CONCLUIDO, resultado=acao.fazer(trabalho, relator))
    except Ultrapassado:
        logger.warning("%s was taken over by another worker: this one's outcome is dropped", trabalho)
    except (ErroDeImportacao, ErroDeProjecao) as erro:
        _falhar(trabalho, str(erro))
    except Exception as erro:
        logger.exception("%s failed", trabalho)
        _falhar(trabalho, f"Erro interno; o registro do servidor tem os detalhes. ({recalculo.motivo_da_falha(erro)})")


def _falhar(trabalho: Trabalho, erro: str) -> None:
    try:
        _concluir(trabalho, Estado.FALHOU, erro=erro)
    except Ultrapassado:
        logger.warning("%s failed after another worker had taken it over", trabalho)


def _concluir(trabalho: Trabalho, estado: str, **campos) -> None:
    nosso = Trabalho.objects.filter(pk=trabalho.pk, estado=Estado.EXECUTANDO, tentativas=trabalho.tentativas)
    if not nosso.update(estado=estado, concluido_em=timezone.now(), **campos):
        raise Ultrapassado


def _retomar_interrompidos() -> None:
    """Those whose worker is silent go back to the queue, or end after TENTATIVAS."""
    silencio, agora = ajustes.TRABALHO_SILENCIO_SEGUNDOS, time.time()
    if not andamento.ouvia_se(agora):
        return
    suspeitos = Trabalho.objects.filter(
        estado=Estado.EXECUTANDO, iniciado_em__lt=timezone.now() - timedelta(seconds=silencio)
    )
    for trabalho in suspeitos:
        if andamento.ler(trabalho.pk).batida > agora - silencio:
            continue
        logger.warning("%s: its worker is silent", trabalho)
        nosso = Trabalho.objects.filter(pk=trabalho.pk, estado=Estado.EXECUTANDO, tentativas=trabalho.tentativas)
        if trabalho.tentativas < TENTATIVAS:
            nosso.update(estado=Estado.NA_FILA)
        else:
            nosso.update(
                estado=Estado.FALHOU,
                concluido_em=timezone.now(),
                erro=f"Interrompido {TENTATIVAS} vezes antes de terminar. Peça de novo; se repetir, avise o suporte.",
            )


# The actions


def _recalcular(trabalho: Trabalho, relator: andamento.Relator) -> dict:
    """All products, or those of the parameter `produtos`."""
    pedidos = trabalho.parametros.get("produtos") or recalculo.todos_os_codigos()
    # Each product under its own code alone: two of its codes may fall into two chunks, and it would count twice.
    cods = unificacao.resolver(pedidos).codigos.keys()
    with relator.etapa(len(cods), "Recalculando produtos") as avancar:
        resultado = recalculo.recalcular(cods, avancar)
    return asdict(resultado)


def _conferir_estoque(trabalho: Trabalho, relator: andamento.Relator) -> dict:
    """What is stored against its sources. Nothing is changed: it shows what a correction would mend."""
    guardadas, produtos, total = [], set(), 0
    with relator.etapa(len(recalculo.todos_os_codigos()), "Conferindo produtos") as avancar:
        for divergencia in conferencia.conferir(avancar):
            total += 1
            produtos.add(divergencia.cod_produto)
            if len(guardadas) < DIVERGENCIAS_GUARDADAS:
                guardadas.append([divergencia.cod_produto, divergencia.campo, *map(_em_json, divergencia[2:])])
    return {"divergencias": guardadas, "total": total, "produtos": sorted(produtos)}


def _corrigir_estoque(trabalho: Trabalho, relator: andamento.Relator) -> dict:
    """The products of the parameter `produtos`, as a check has found them."""
    cods = set(trabalho.parametros["produtos"])
    with relator.etapa(len(cods), "Corrigindo produtos") as avancar:
        resultado = conferencia.corrigir(cods, avancar)
    return asdict(resultado)


def _em_json(valor):
    return valor if valor is None or isinstance(valor, list) else str(valor)


ACOES = {
    Trabalho.Tipo.RECALCULAR: Acao(_recalcular),
    Trabalho.Tipo.CONFERIR_ESTOQUE: Acao(_conferir_estoque),
    Trabalho.Tipo.CORRIGIR_ESTOQUE: Acao(_corrigir_estoque),
    Trabalho.Tipo.CONFERIR_ARQUIVO: Acao(execucao.conferir),
    Trabalho.Tipo.GRAVAR_ARQUIVO: Acao(execucao.gravar, em_uma_transacao=True),
}
