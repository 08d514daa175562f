"""The servers of a run: PostgreSQL and Redis out of wheels unless the environment names them, gunicorn, qcluster."""

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from tests.servidores import postgresql, redis

RAIZ = Path(__file__).resolve().parent.parent
DURAVEL = """
ALTER SYSTEM SET max_wal_size = '4GB';
ALTER SYSTEM SET jit = off;
SELECT pg_reload_conf();
"""
"""fsync stays on: a commit is on disk, as in an installation. Checkpoints come by time, not in mid-measurement."""


class NaoRespondeu(Exception):
    pass


def servidores(pilha: ExitStack) -> None:
    """DATABASE_URL and REDIS_URL into the environment; what is started here ends with `pilha`."""
    pasta = Path(pilha.enter_context(tempfile.TemporaryDirectory(prefix="estoque-bench-")))
    if not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = pilha.enter_context(postgresql(pasta, DURAVEL, "make bench"))
    os.environ["DATABASE_URL"] = pilha.enter_context(banco_proprio(os.environ["DATABASE_URL"]))
    if not os.environ.get("REDIS_URL"):
        os.environ["REDIS_URL"] = pilha.enter_context(redis(pasta, "make bench"))
    os.environ.setdefault("SECRET_KEY", "only-for-benchmarks")
    os.environ |= {"DJANGO_SETTINGS_MODULE": "benchmarks.settings", "DEBUG": "0", "HTTPS": "0", "LOG_LEVEL": "CRITICAL"}


@contextmanager
def banco_proprio(url: str) -> Iterator[str]:
    """A new database on that server, dropped afterwards: what was there is nobody's to touch."""
    nome, partes = f"estoque_bench_{os.getpid()}", urlsplit(url)
    _executar(url, f"CREATE DATABASE {nome}")
    try:
        yield urlunsplit(partes._replace(path=f"/{nome}"))
    finally:
        _executar(url, f"DROP DATABASE IF EXISTS {nome} WITH (FORCE)")


def _executar(url: str, comando: str) -> None:
    conexao = psycopg2.connect(url)
    try:
        conexao.autocommit = True
        with conexao.cursor() as cursor:
            cursor.execute(comando)
    finally:
        conexao.close()


def porta_livre() -> int:
    with socket.socket() as tomada:
        tomada.bind(("127.0.0.1", 0))
        return tomada.getsockname()[1]


@contextmanager
def processo(*comando: str, saida: int | None = None, **ambiente: str) -> Iterator[subprocess.Popen]:
    """A process in a session of its own, stopped at the end of the block with all that it forked."""
    proprio = subprocess.Popen(
        [sys.executable, *comando], cwd=RAIZ, env={**os.environ, **ambiente}, stdout=saida, start_new_session=True
    )
    try:
        yield proprio
    finally:
        proprio.terminate()
        try:
            proprio.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(proprio.pid, 9)
            proprio.wait()


@contextmanager
def gunicorn(**ambiente: str) -> Iterator[int]:
    """The web server as it is deployed, with 2 workers; its port."""
    porta = porta_livre()
    comando = ["-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "estoque_site.wsgi:application"]
    with processo(*comando, PORT=str(porta), WEB_CONCURRENCY="2", **ambiente):
        esperar_resposta(porta)
        yield porta


@contextmanager
def qcluster(nome: str = "estoque", **ambiente: str) -> Iterator[subprocess.Popen]:
    with processo("manage.py", "qcluster", "--name", nome, **ambiente) as cluster:
        yield cluster


def esperar_resposta(porta: int, prazo: float = 30) -> None:
    fim = time.monotonic() + prazo
    while time.monotonic() < fim:
        try:
            conexao = http.client.HTTPConnection("127.0.0.1", porta, timeout=2)
            conexao.request("GET", "/trivial")  # which it refuses, and so it serves
            conexao.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
    raise NaoRespondeu(f"gunicorn does not answer on port {porta}")


def criar_token() -> str:
    """Of a user who may read."""
    from django.contrib.auth import get_user_model
    from knox.models import get_token_model

    usuario, _ = get_user_model().objects.get_or_create(username="bench")
    return get_token_model().objects.create(user=usuario)[1]
