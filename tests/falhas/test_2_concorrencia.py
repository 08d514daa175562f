"""Eight writers on twenty hot products, two clusters, four readers over HTTP."""

import time


def test_ninguem_erra_nem_ve_o_que_ja_passou(instalacao):
    instalacao.web()
    clusters = [instalacao.trabalhador(f"trabalhador{n}") for n in range(2)]
    with instalacao.leitores() as leituras, instalacao.escritores(0.02) as escritores:
        time.sleep(30)
    print(escritores.feitos, len(leituras.tempos), "reads, p95", leituras.p95())
    assert escritores.erros == []
    assert (leituras.velhas, leituras.outro_dia, leituras.recusas) == ([], [], [])
    assert sum(escritores.feitos.values()) > 200
    assert len(leituras.tempos) > 200
    print("drained in", instalacao.conferir())
    assert all(cluster.poll() is None for cluster in clusters)
