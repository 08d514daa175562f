"""What `make test` runs: every test twice, on PostgreSQL with Redis and on SQLite without.

Arguments go to pytest. The first run that fails ends it, so that the last line is always pytest's own verdict.
"""

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.servidores import ServidorNaoIniciou, postgresql, redis

PARALELO = ["-n", "2"]


def main(argumentos: list[str]) -> int:
    # Turned into an exception, so that the servers are stopped on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with ExitStack() as pilha:
            ambiente = servidores(pilha)
            print("— PostgreSQL, Redis", flush=True)
            if codigo := pytest(argumentos, ambiente):
                return codigo
        print("— SQLite, no Redis", flush=True)
        return pytest(argumentos, {"DATABASE_URL": "", "REDIS_URL": ""})
    except ServidorNaoIniciou as erro:
        print(f"Error: {erro}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def servidores(pilha: ExitStack) -> dict[str, str]:
    """The servers that the environment does not name, started until `pilha` closes."""
    ambiente = {variavel: os.environ.get(variavel, "") for variavel in ("DATABASE_URL", "REDIS_URL")}
    pasta = Path(pilha.enter_context(tempfile.TemporaryDirectory(prefix="estoque-teste-")))
    if not ambiente["DATABASE_URL"]:
        ambiente["DATABASE_URL"] = pilha.enter_context(postgresql(pasta))
    if not ambiente["REDIS_URL"]:
        ambiente["REDIS_URL"] = pilha.enter_context(redis(pasta))
    return ambiente


def pytest(argumentos: list[str], ambiente: dict[str, str]) -> int:
    ambiente = {nome: valor for nome, valor in {**os.environ, **ambiente}.items() if valor}
    processo = subprocess.Popen([sys.executable, "-m", "pytest", *PARALELO, *argumentos], env=ambiente)
    try:
        return processo.wait()
    except BaseException:
        # Ctrl-C reached it too, and it says what it had done so far; a SIGTERM reached us alone.
        processo.send_signal(signal.SIGINT)
        processo.wait()
        raise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
