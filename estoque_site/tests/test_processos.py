import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack

import psutil
import pytest

from estoque_site import executar
from estoque_site import processos as modulo
from estoque_site.processos import Processos
from estoque_site.settings_teste import banco_redis_do_worker


def vivo(pid):
    """Neither gone nor only waiting for somebody to collect it."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def esperar(condicao):
    fim = time.monotonic() + 10
    while not condicao():
        assert time.monotonic() < fim, "waited ten seconds in vain"
        time.sleep(0.05)


@pytest.fixture
def processos(tmp_path):
    processos = Processos(tmp_path)
    yield processos
    processos.parar()


def iniciar_com_filho(processos, tmp_path):
    """A process whose own child would outlive it: (process, pid of the child)."""
    processo = processos.iniciar("pai", "sh -c 'sleep 60 & echo $! >filho; wait'", tmp_path)
    esperar(lambda: (tmp_path / "filho").exists() and (tmp_path / "filho").read_text().strip())
    return processo, int((tmp_path / "filho").read_text())


def test_stopping_takes_the_children_along(processos, tmp_path):
    _, filho = iniciar_com_filho(processos, tmp_path)
    processos.parar()
    esperar(lambda: not vivo(filho))
    assert not list(tmp_path.glob("*.pid"))


def test_a_death_is_seen_while_children_still_hold_the_output(processos, tmp_path):
    processo, filho = iniciar_com_filho(processos, tmp_path)
    assert processos.terminado() is None
    processo.kill()
    esperar(lambda: processos.terminado() == ("pai", -signal.SIGKILL))
    processos.parar()
    esperar(lambda: not vivo(filho))


def test_what_ignores_the_signal_is_killed(processos, tmp_path, monkeypatch):
    monkeypatch.setattr(modulo, "ESPERA_PARA_PARAR", 0.2)
    processo = processos.iniciar("surdo", "sh -c 'trap \"\" TERM; touch pronto; while :; do sleep 1; done'", tmp_path)
    esperar((tmp_path / "pronto").exists)
    processos.parar()
    assert processo.returncode == -signal.SIGKILL


def test_the_guard_outlives_a_killed_supervisor(tmp_path):
    pasta = tmp_path / "guardada"
    pasta.mkdir()
    programa = (
        "import sys, time; from pathlib import Path; from estoque_site import processos as p;"
        "p.ESPERA_PARA_PARAR = 0; pasta = Path(sys.argv[1]); p.Guarda(pasta);"
        "p.Processos(pasta).iniciar('filho', 'sleep 60', pasta); time.sleep(60)"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", programa, str(pasta)])
    arquivo = pasta / "filho.pid"
    esperar(lambda: arquivo.exists() and arquivo.read_text().strip())
    filho = int(arquivo.read_text())
    assert vivo(filho)
    os.kill(supervisor.pid, signal.SIGKILL)
    supervisor.wait()
    esperar(lambda: not vivo(filho) and not pasta.exists())


@pytest.mark.parametrize(
    ("url", "esperada"),
    [
        ("", ""),
        ("redis://localhost:6379/0", "redis://localhost:6379/0?db=12"),
        ("unix:///tmp/redis.sock?db=0", "unix:///tmp/redis.sock?db=12"),
    ],
)
def test_each_worker_has_its_own_redis_database(monkeypatch, url, esperada):
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw3")
    assert banco_redis_do_worker(url) == esperada


class TestAmbiente:
    """What `make run` leaves for whoever types a command beside it."""

    @pytest.fixture
    def arquivo(self, monkeypatch, tmp_path):
        monkeypatch.setattr(executar, "VAR", tmp_path)
        monkeypatch.setattr(executar, "AMBIENTE", tmp_path / "make-run.env")
        for variavel in ("SECRET_KEY", "HTTPS", "REDIS_URL", "HOST", "LOG_LEVEL", "PATH"):
            monkeypatch.setenv(variavel, os.environ.get(variavel, ""))
        monkeypatch.setenv("SECRET_KEY", "")
        return tmp_path / "make-run.env"

    def test_the_key_is_made_once_and_is_nobody_elses(self, arquivo, monkeypatch):
        with ExitStack() as pilha:
            executar.ambiente_local(pilha)
        chave = executar.ler_ambiente()["SECRET_KEY"]
        assert len(chave) > 50
        assert arquivo.stat().st_mode & 0o777 == 0o600
        monkeypatch.setenv("SECRET_KEY", "")
        with ExitStack() as pilha:
            executar.ambiente_local(pilha)
        assert os.environ["SECRET_KEY"] == chave

    def test_what_the_environment_says_lasts_for_that_run(self, arquivo, monkeypatch):
        monkeypatch.setenv("SECRET_KEY", "of this run")
        monkeypatch.setenv("HTTPS", "1")
        with ExitStack() as pilha:
            executar.ambiente_local(pilha)
            assert (os.environ["SECRET_KEY"], os.environ["HTTPS"]) == ("of this run", "1")
            executar.gravar_ambiente({"SECRET_KEY": "of this run", "REDIS_URL": "unix:///tmp/x.sock"})
            assert executar.ler_ambiente()["REDIS_URL"] == "unix:///tmp/x.sock"
        guardado = executar.ler_ambiente()
        assert guardado.keys() == {"SECRET_KEY", "HTTPS"}
        assert (guardado["SECRET_KEY"] != "of this run", guardado["HTTPS"]) == (True, "0")
