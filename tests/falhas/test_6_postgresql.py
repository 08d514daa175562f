"""PostgreSQL falls without a goodbye, three times, under load."""

import time

from tests.falhas.contadores import PRODUTOS
from tests.falhas.instalacao import Cluster, esperar

QUEDA = 3
SEM_BANCO = "connection"
DE_CONEXAO = ("OperationalError", "InterfaceError", " DatabaseError")


def test_volta_por_si_e_nada_confirmado_se_perde(instalacao, postgres):
    instalacao.web()
    vigia = instalacao.trabalhador()
    Cluster(vigia)
    voltas, fora = [], []
    with instalacao.leitores() as leituras, instalacao.escritores(0.05) as escritores:
        time.sleep(4)
        for _ in range(3):
            inicio = time.monotonic()
            postgres.cair()
            time.sleep(QUEDA)
            postgres.voltar()
            voltas.append(round(esperar(lambda: le(instalacao), 30, "an answer of the web"), 2))
            fora.append((inicio, time.monotonic() + 5))
            time.sleep(6)
    print("answers again after", voltas, "s;", len(escritores.erros), "writers' errors;", escritores.feitos)
    # DatabaseError is what psycopg2 makes of a connection that is lost in mid-answer.
    assert [erro for erro in escritores.erros if not any(nome in erro for nome in DE_CONEXAO)] == []
    assert escritores.erros
    de_pe = [recusa for quando, recusa in leituras.recusas if not any(a <= quando <= b for a, b in fora)]
    assert (leituras.velhas, leituras.outro_dia, de_pe) == ([], [], [])
    guardado = dict(
        instalacao.consultar("SELECT cod_produto, sum(qtd_movimentacao) FROM projecao_movimentacaoestoque GROUP BY 1")
    )
    perdidos = {cod: n for n, cod in enumerate(PRODUTOS) if guardado.get(cod, 0) < instalacao.contadores.piso(n)}
    assert perdidos == {}
    print("drained in", instalacao.conferir(90, perdoar=SEM_BANCO))
    assert vigia.poll() is None


def le(instalacao) -> bool:
    try:
        return instalacao.ler("/api/estoque/Q00/projecao")[0] == 200
    except OSError:
        return False
