"""What `make test` runs: every test on PostgreSQL with Redis and on SQLite without, a browser's tests, and faults.

Arguments go to pytest, and choose among the tests of the two databases; `e2e` first, among those of the browser;
`falhas` first, among those that kill processes and servers (they start their own).
The first run that fails ends it, so that the last line is always pytest's own verdict.
"""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack

from tests.navegador import SemChromium, chromium
from tests.servidores import ServidorNaoIniciou, servidores

PARALELO = ["-n", "2"]
NAVEGADOR = "tests/e2e"
FALHAS = "tests/falhas"
SEM_SERVIDORES = {"DATABASE_URL": "", "REDIS_URL": ""}


def main(argumentos: list[str]) -> int:
    # Turned into an exception, so that the servers are stopped on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with ExitStack() as pilha:
            if argumentos[:1] == ["e2e"]:
                chromium()
                return rodar("Chromium", escolhidos(NAVEGADOR, argumentos[1:]), servidores(pilha))
            if argumentos[:1] == ["falhas"]:
                return rodar("faults", [*PARALELO, *escolhidos(FALHAS, argumentos[1:])], SEM_SERVIDORES)
            com_navegador = pode_navegar(argumentos)
            ambiente = servidores(pilha)
            return (
                rodar("PostgreSQL, Redis", [*PARALELO, *argumentos], ambiente)
                or rodar("SQLite, no Redis", [*PARALELO, *argumentos], SEM_SERVIDORES)
                or (rodar("Chromium", [NAVEGADOR], ambiente) if com_navegador else 0)
                or (0 if argumentos else rodar("faults", [*PARALELO, FALHAS], SEM_SERVIDORES))
            )
    except (ServidorNaoIniciou, SemChromium) as erro:
        print(f"Error: {erro}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def escolhidos(pasta: str, argumentos: list[str]) -> list[str]:
    """All tests of the folder, unless the arguments name some."""
    nomeiam = any(argumento.startswith(pasta) for argumento in argumentos)
    return argumentos if nomeiam else [pasta, *argumentos]


def pode_navegar(argumentos: list[str]) -> bool:
    """Said before anything runs: the last line stays pytest's."""
    if argumentos:
        print(
            "— neither browser nor faults: arguments choose among the other tests (make e2e, make test-faults)",
            flush=True,
        )
        return False
    try:
        chromium()
    except SemChromium as falta:
        print(f"— no browser run: {falta}", flush=True)
        return False
    return True


def rodar(nome: str, argumentos: list[str], ambiente: dict[str, str]) -> int:
    """pytest's exit code."""
    print(f"— {nome}", flush=True)
    ambiente = {nome: valor for nome, valor in {**os.environ, **ambiente}.items() if valor}
    processo = subprocess.Popen([sys.executable, "-m", "pytest", *argumentos], env=ambiente)
    try:
        return processo.wait()
    except BaseException:
        # Ctrl-C reached it too, and it says what it had done so far; a SIGTERM reached us alone.
        processo.send_signal(signal.SIGINT)
        processo.wait()
        raise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
