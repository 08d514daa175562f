"""The installation that the browser visits: the processes of deploy/Procfile, on a database of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import psycopg2
import redis
from honcho.environ import parse_procfile

from estoque_site.processos import Guarda, Processos
from tests import servidores

BASE = Path(__file__).resolve().parents[2]
SENHA = "senha-so-de-teste"
ESPERA = 120
"""Seconds until the web server answers. A busy machine takes some to import everything twice."""


@dataclass(frozen=True)
class Servidor:
    url: str
    ambiente: dict[str, str]

    def manage(self, *argumentos: str) -> str:
        """What `manage.py …` prints, run as an operator beside the server would. Raises if it fails."""
        comando = [sys.executable, "manage.py", *argumentos]
        processo = subprocess.run(comando, cwd=BASE, env=self.ambiente, capture_output=True, text=True)
        assert processo.returncode == 0, f"{' '.join(argumentos)}: {processo.stdout}{processo.stderr}"
        return processo.stdout

    def importar(self, tipo: str, csv: str, *opcoes: str) -> str:
        """`csv` has our field names in its first line, semicolons, and numbers and dates as Brazilians write them."""
        with TemporaryDirectory() as pasta:
            arquivo = Path(pasta) / f"{tipo}.csv"
            arquivo.write_text(csv, encoding="utf-8")
            return self.manage("importar", tipo, str(arquivo), *opcoes)


@contextmanager
def servindo() -> Iterator[Servidor]:
    """It is stopped, and its database dropped, however the block ends; even by kill -9 (Guarda)."""
    with ExitStack() as pilha:
        pasta = Path(pilha.enter_context(TemporaryDirectory(prefix="estoque-e2e-")))
        urls = servidores.servidores(pilha)
        urls["DATABASE_URL"] = pilha.enter_context(banco_novo(urls["DATABASE_URL"]))
        with closing(redis.Redis.from_url(urls["REDIS_URL"])) as conexao:
            conexao.flushdb()  # settings_teste made it a database of the tests
        porta = porta_livre()
        ambiente = ambiente_do_servidor(urls, porta)
        pilha.callback(Guarda(pasta).dispensar)
        subprocess.run([sys.executable, "-m", "tests.e2e.preparar", SENHA], cwd=BASE, env=ambiente, check=True)
        processos = Processos(pasta)
        pilha.callback(processos.parar)
        for nome, comando in parse_procfile((BASE / "deploy" / "Procfile").read_text()).processes.items():
            processos.iniciar(nome, comando, BASE, env=ambiente)
        servidor = Servidor(f"http://127.0.0.1:{porta}", ambiente)
        esperar(servidor, processos)
        yield servidor
        assert (terminado := processos.terminado()) is None, "{} ended by itself (exit {})".format(*terminado)


@contextmanager
def banco_novo(url: str) -> Iterator[str]:
    """On the server of `url`, which must be PostgreSQL's."""
    if not url.startswith(("postgres://", "postgresql://")):
        raise servidores.ServidorNaoIniciou("the browser's tests need a PostgreSQL: DATABASE_URL=postgres://… make e2e")
    nome = f"estoque_e2e_{os.getpid()}"
    with closing(psycopg2.connect(url, dbname="postgres")) as conexao:
        conexao.autocommit = True
        cursor = conexao.cursor()
        cursor.execute(f"CREATE DATABASE {nome}")
        try:
            yield urlsplit(url)._replace(path=f"/{nome}").geturl()
        finally:
            cursor.execute(f"DROP DATABASE {nome} WITH (FORCE)")


def porta_livre() -> int:
    with socket.socket() as tentativa:
        tentativa.bind(("127.0.0.1", 0))
        return tentativa.getsockname()[1]


def ambiente_do_servidor(urls: dict[str, str], porta: int) -> dict[str, str]:
    """That of an installation, whatever pytest's own settings made of ours."""
    herdado = {nome: valor for nome, valor in os.environ.items() if not nome.startswith("PROJECAO_")}
    return {
        **herdado,
        **urls,
        "DJANGO_SETTINGS_MODULE": "estoque_site.settings",
        "SECRET_KEY": "only-for-the-server-of-the-browser-tests",
        "DEBUG": "0",
        "HTTPS": "0",
        "TIME_ZONE": "America/Sao_Paulo",
        "ALLOWED_HOSTS": "127.0.0.1",
        "HOST": "127.0.0.1",
        "PORT": str(porta),
        "LOG_LEVEL": "WARNING",
        # The commands of the Procfile are those of this Python's environment.
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
    }


def esperar(servidor: Servidor, processos: Processos) -> None:
    fim = time.monotonic() + ESPERA
    while not responde(servidor.url):
        assert (terminado := processos.terminado()) is None, "{} did not start (exit {})".format(*terminado)
        assert time.monotonic() < fim, f"the server did not answer in {ESPERA} s"
        time.sleep(0.1)


def responde(url: str) -> bool:
    try:
        with urlopen(f"{url}/saude", timeout=5) as resposta:
            return resposta.status == 200
    except (URLError, ConnectionError, TimeoutError):
        return False
