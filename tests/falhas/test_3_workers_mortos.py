"""kill -9 of a worker, idle or busy, of each other process of a cluster, and of a whole cluster in mid-batch."""

import os
import random
import signal

import pytest

from tests.falhas.instalacao import Cluster, esperar

LIMITE = 60
"""Seconds within which a change must be in its row again, whoever was killed."""
PRODUTOS = 400


@pytest.fixture
def vigiado(instalacao):
    """The watchdog, with its cluster at work."""
    instalacao.web()
    vigia = instalacao.trabalhador()
    Cluster(vigia)
    instalacao.materializar()
    return vigia


def test_quem_for_morto_o_trabalho_continua(instalacao, vigiado):
    tempos = {}
    for alvo in ("worker", "monitor", "pusher", "sentinela", "primeiro"):
        cluster = Cluster(vigiado)
        processo = cluster.workers[0] if alvo == "worker" else getattr(cluster, alvo)
        processo.kill()
        tempos[alvo] = instalacao.materializar(LIMITE)
    for golpe in ("morrer", "morrer_no_meio"):
        Cluster(vigiado)
        instalacao.python(
            "from projecao import fila; fila.tocar = lambda: None\n"
            "from projecao.models import MovimentacaoEstoque as M\n"
            "M.objects.create(cod_produto='Q01', qtd_movimentacao=1, tipo_movimentacao='AJUSTE')\n"
            f"from django_q.tasks import async_task; async_task('tests.falhas.golpes.{golpe}')"
        )
        tempos[golpe] = esperar(instalacao.sem_marcas, LIMITE, "the mark that its worker had in its hands")
    print({alvo: round(segundos, 1) for alvo, segundos in tempos.items()})
    assert vigiado.poll() is None
    instalacao.conferir()


def test_quem_nao_responde_e_trocado(instalacao, vigiado):
    """A deadlock by other means: all are alive, and none ever answers."""
    cluster = Cluster(vigiado)
    for worker in cluster.workers:
        worker.suspend()
    print("answered again after", instalacao.materializar(LIMITE))
    assert not cluster.primeiro.is_running()
    instalacao.conferir()


def test_o_vigia_morto_nao_deixa_ninguem(instalacao, vigiado):
    cluster = Cluster(vigiado)
    vigiado.kill()
    todos = [cluster.primeiro, cluster.sentinela, *cluster.workers, cluster.monitor, cluster.pusher]
    esperar(lambda: not any(processo.is_running() for processo in todos), 20, "the orphans' end")


def test_vinte_mortes_no_meio_do_lote(instalacao):
    instalacao.web()
    acaso, restam = random.Random(4), []
    for _ in range(20):
        instalacao.python(
            "from projecao.models import MovimentacaoEstoque as M; from django_q.tasks import async_task\n"
            "M.objects.bulk_create([M(cod_produto=f'K{n:03}', qtd_movimentacao=1, tipo_movimentacao='AJUSTE')"
            f" for n in range({PRODUTOS})])\n"
            "async_task('projecao.tasks.processar_recalculos_pendentes')"  # as the watchdog does at each start
        )
        cluster = instalacao.qcluster(PROJECAO_LOTE="10", Q_WORKERS="2")
        antes = marcas(instalacao)
        esperar(lambda antes=antes: marcas(instalacao) < antes, LIMITE, "the first chunk")
        alvo = antes * acaso.random()
        esperar(lambda alvo=alvo: marcas(instalacao) <= alvo, LIMITE, "the point to die at")
        os.killpg(cluster.pid, signal.SIGKILL)
        cluster.wait()
        restam.append(marcas(instalacao))
    print("marks left by each death:", restam)
    assert any(restam)
    instalacao.trabalhador()
    print("drained in", instalacao.conferir(LIMITE))


def marcas(instalacao) -> int:
    return instalacao.consultar("SELECT count(*) FROM projecao_recalculopendente")[0][0]
