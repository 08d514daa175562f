"""`make bench` on a handful of products: that it works and says all it must. How fast is no matter of tests."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from benchmarks.medida import ALVOS, Divergencia, conferir, mediana, percentil

RAIZ = Path(__file__).resolve().parent.parent


@pytest.mark.postgresql
@pytest.mark.redis
def test_mede_tudo_e_confere_as_respostas():
    ambiente = {nome: valor for nome, valor in os.environ.items() if not nome.startswith(("PROJECAO_", "PYTEST_"))}
    ambiente |= {"BENCH_PRODUTOS": "40", "REDIS_URL": settings.REDIS_URL}
    execucao = subprocess.run(
        [sys.executable, "-m", "benchmarks"], cwd=RAIZ, env=ambiente, capture_output=True, text=True, check=False
    )
    assert execucao.returncode == 0, execucao.stderr
    figuras = json.loads(execucao.stdout.splitlines()[-1])
    assert list(figuras) == list(ALVOS)
    assert all(isinstance(valor, int | float) and valor >= 0 for valor in figuras.values())
    assert figuras["virada_leituras_erradas"] == 0


def test_percentis_sao_valores_medidos():
    assert mediana([3, 1, 2]) == 2
    assert percentil(range(1, 101), 95) == 95
    assert percentil([7], 95) == 7


def test_respostas_que_diferem_invalidam_tudo():
    conferir({"A": 1}, {"A": 1}, "baseline")
    for obtido in ({"A": 2}, {}, {"A": 1, "B": 1}):
        with pytest.raises(Divergencia):
            conferir({"A": 1}, obtido, "baseline")
