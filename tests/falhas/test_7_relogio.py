"""Every job twice and at once; midnight under writes, also where it does not exist; clocks that jump."""

import time
from datetime import datetime, timedelta

import pytest

from tests.falhas.instalacao import Cluster, esperar

CADA_UM_DUAS_VEZES = """
from concurrent.futures import ThreadPoolExecutor
from django.db import connections
from projecao import tasks

def rodar(job):
    try:
        getattr(tasks, job)()
        tasks.agendar()
    finally:
        connections.close_all()

with ThreadPoolExecutor(10) as juntos:
    list(juntos.map(rodar, [*tasks.AGENDA] * 2))
"""
DE_OUTRO_DIA = "SELECT count(*) FROM projecao_estoqueprojecaocache WHERE data_base <> '{}'"


def test_cada_job_duas_vezes_e_ao_mesmo_tempo(instalacao):
    instalacao.web()
    for nome in ("trabalhador0", "trabalhador1"):
        Cluster(instalacao.trabalhador(nome))
    with instalacao.leitores() as leituras, instalacao.escritores(0.1) as escritores:
        for _ in range(5):
            instalacao.python(CADA_UM_DUAS_VEZES)
    assert escritores.erros == []
    assert (leituras.velhas, leituras.outro_dia, leituras.recusas) == ([], [], [])
    nomes = instalacao.consultar("SELECT name, count(*) FROM django_q_schedule GROUP BY 1 HAVING count(*) > 1")
    assert nomes == []
    instalacao.conferir()


@pytest.mark.parametrize(
    "meia_noite",
    [
        pytest.param("2026-11-25T03:00:00+00:00", id="de um dia qualquer"),
        pytest.param("2018-11-04T03:00:00+00:00", id="que não existe: 23:59:59 e depois 01:00:00"),
    ],
)
def test_a_meia_noite_com_gente_trabalhando(montar, meia_noite):
    meia_noite, instalacao = datetime.fromisoformat(meia_noite), montar()
    instalacao.acertar(meia_noite - timedelta(minutes=5))
    instalacao.web()
    Cluster(instalacao.trabalhador())
    instalacao.materializar()
    ontem = instalacao.hoje()
    instalacao.acertar(meia_noite - timedelta(seconds=8))
    time.sleep(1)
    with instalacao.leitores() as leituras, instalacao.escritores(0.05) as escritores:
        time.sleep(16)
    assert instalacao.hoje() == ontem + timedelta(days=1)
    assert escritores.erros == []
    assert (leituras.velhas, leituras.outro_dia, leituras.recusas) == ([], [], [])
    print("all rows rolled", rolar(instalacao), "s later")
    instalacao.conferir()


def test_um_dia_a_frente_e_uma_hora_atras(montar):
    """Forward over a day, to just after midnight, and back over that midnight."""
    instalacao = montar()
    instalacao.acertar(datetime(2026, 11, 24, 12, tzinfo=instalacao.fuso))
    instalacao.web()
    Cluster(instalacao.trabalhador())
    instalacao.materializar()
    for nome, momento in (
        ("a day forward", datetime(2026, 11, 25, 12, tzinfo=instalacao.fuso)),
        ("after midnight", datetime(2026, 11, 26, 0, 20, tzinfo=instalacao.fuso)),
        ("an hour back", datetime(2026, 11, 25, 23, 20, tzinfo=instalacao.fuso)),
    ):
        instalacao.acertar(momento)
        time.sleep(1)
        with instalacao.leitores() as leituras, instalacao.escritores(0.1) as escritores:
            time.sleep(4)
        assert escritores.erros == []
        assert (leituras.velhas, leituras.outro_dia, leituras.recusas) == ([], [], []), nome
        print(nome, "all rows rolled", rolar(instalacao), "s later")
    # Nobody rings for it: only a sweep finds it, whose next time had been an hour away.
    instalacao.python(
        "from projecao.models import RecalculoPendente as R; R.objects.create(cod_produto='Q05', motivo='sem sino')"
    )
    print("swept after", esperar(instalacao.sem_marcas, 75, "a sweep after an hour back"))
    instalacao.conferir()


def rolar(instalacao) -> float:
    """Seconds until no row is of another day."""
    return esperar(
        lambda: instalacao.consultar(DE_OUTRO_DIA.format(instalacao.hoje())) == [(0,)], 75, "the day in every row"
    )
