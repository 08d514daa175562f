"""`make soak MINUTOS=10`: does anything grow that should not? Exit code 1 if it does.

A web server, a worker, PostgreSQL and Redis of their own, steady writes and reads. Every 10 s: resident memory of the
web's and of the worker's processes, and the rows of the tables that work passes through.
"""

import os
import random
import signal
import sys
import threading
import time
from contextlib import ExitStack
from http.client import HTTPConnection
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from estoque_site.processos import Guarda, Processos
from tests.servidores import postgresql, redis

BASE = Path(__file__).resolve().parents[1]
PORTA = int(os.environ.get("PORT") or 8233)
PASSO, PAUSA = 10, 0.05
PRODUTOS = [f"S{n:03}" for n in range(300)]
CAMINHOS = ("estoque/{}/projecao", "produto/{}/cardex", "produto/{}/cardex-detalhado", "estoque?page_size=50&busca={}")
TABELAS = ("django_q_ormq", "projecao_recalculopendente", "django_q_task", "projecao_execucaojob")
TETOS = {
    "django_q_ormq": 20,
    "projecao_recalculopendente": len(PRODUTOS),
    "django_q_task": 230,
    "projecao_execucaojob": 2500,
}
"""Work waits, and is done. Of what was done Q_CLUSTER's `save_limit` is kept, and what `projecao.execucoes` keeps."""
FOLGA, FOLGA_MB = 0.08, 12
"""What memory may rise over the second half: both a share of it, and so many MB."""


def main(minutos: float) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as pilha:
        pasta = Path(pilha.enter_context(TemporaryDirectory(prefix="estoque-soak-")))
        processos, token = instalar(pilha, pasta)
        parar, contas = threading.Event(), {"gravados": 0, "lidos": 0, "erros": 0}
        for funcao, argumentos in ((gravar, ()), (ler, (token,)), (ler, (token,))):
            linha = threading.Thread(target=funcao, args=(parar, contas, *argumentos), daemon=True)
            linha.start()
            pilha.callback(linha.join, 10)
        pilha.callback(parar.set)
        amostras = amostrar(processos, minutos, contas)
    return julgar(amostras, contas)


def instalar(pilha: ExitStack, pasta: Path) -> tuple[dict[str, psutil.Process], str]:
    os.environ |= {
        "DATABASE_URL": pilha.enter_context(postgresql(pasta)),
        "REDIS_URL": pilha.enter_context(redis(pasta)),
        "SECRET_KEY": "only-for-this-soak",
        "DEBUG": "0",
        "HTTPS": "0",
        "HOST": "127.0.0.1",
        "PORT": str(PORTA),
        "LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "estoque_site.settings",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    pids = pasta / "pids"
    pids.mkdir()
    guarda, processos = Guarda(pids), Processos(pids)
    pilha.callback(guarda.dispensar)
    pilha.callback(processos.parar)
    comandos = {
        "web": "gunicorn --config deploy/gunicorn.conf.py estoque_site.wsgi:application",
        "trabalhador": f"{sys.executable} manage.py trabalhador",
    }
    iniciados = {nome: psutil.Process(processos.iniciar(nome, comando, BASE).pid) for nome, comando in comandos.items()}
    return iniciados, semear()


def semear() -> str:
    """The token of somebody who may read."""
    from django.contrib.auth.models import User
    from knox.models import get_token_model

    for cod in PRODUTOS:
        mover(cod, 100)
    return get_token_model().objects.create(user=User.objects.create_user("soak"))[1]


def mover(cod: str, qtd: int) -> None:
    from projecao.models import MovimentacaoEstoque

    MovimentacaoEstoque.objects.create(cod_produto=cod, qtd_movimentacao=qtd, tipo_movimentacao="AJUSTE")


def gravar(parar: threading.Event, contas: dict) -> None:
    """Rows that come and go, but for the ledger's: what is stored grows slowly, and the work does not."""
    from django.db import connection

    from carteira.models import CarteiraPrincipal

    sorte = random.Random(1)
    while not parar.wait(PAUSA):
        cod = sorte.choice(PRODUTOS)
        if sorte.random() < 0.2:
            mover(cod, sorte.choice((-1, 1)))
        elif linha := CarteiraPrincipal.objects.filter(cod_produto=cod).first():
            linha.delete()
        else:
            CarteiraPrincipal.objects.create(num_pedido="V1", cod_produto=cod, qtd_saldo_produto_pedido=5)
        contas["gravados"] += 1
    connection.close()


def ler(parar: threading.Event, contas: dict, token: str) -> None:
    porta, caminhos = HTTPConnection("127.0.0.1", PORTA, timeout=30), cycle(CAMINHOS)
    while not parar.wait(PAUSA):
        caminho = next(caminhos).format(random.choice(PRODUTOS))
        try:
            porta.request("GET", f"/api/{caminho}", headers={"Authorization": f"Token {token}"})
            resposta = porta.getresponse()
            resposta.read()
            contas["erros"] += resposta.status != 200
            contas["lidos"] += 1
        except OSError:
            porta.close()
            contas["erros"] += contas["lidos"] > 0  # before the first answer, the server is still starting


def amostrar(processos: dict[str, psutil.Process], minutos: float, contas: dict) -> list[dict]:
    inicio, amostras = time.monotonic(), []
    print(f"{'s':>6} {'web MB':>8} {'worker MB':>10} " + " ".join(f"{nome:>26}" for nome in TABELAS), flush=True)
    while (agora := time.monotonic() - inicio) < minutos * 60:
        amostra = {"s": agora} | {nome: residente(processo) for nome, processo in processos.items()} | contar()
        amostras.append(amostra)
        linha = f"{agora:6.0f} {amostra['web']:8.1f} {amostra['trabalhador']:10.1f} "
        print(linha + " ".join(f"{amostra[nome]:>26}" for nome in TABELAS), flush=True)
        time.sleep(PASSO)
    return amostras


def residente(processo: psutil.Process) -> float:
    """MB of it and of all it forked; one that ended meanwhile (workers are recycled) counts no more."""
    total = 0
    for um in [processo, *processo.children(recursive=True)]:
        try:
            total += um.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total / 2**20


def contar() -> dict[str, int]:
    from django.db import connection

    with connection.cursor() as cursor:
        contas = {}
        for tabela in TABELAS:
            cursor.execute(f"SELECT count(*) FROM {tabela}")  # noqa: S608 - one of our own
            contas[tabela] = cursor.fetchone()[0]
        return contas


def subida(amostras: list[dict], nome: str) -> float:
    """By how much it rises over these samples, by least squares."""
    n = len(amostras)
    media_x, media_y = sum(a["s"] for a in amostras) / n, sum(a[nome] for a in amostras) / n
    variancia = sum((a["s"] - media_x) ** 2 for a in amostras)
    inclinacao = sum((a["s"] - media_x) * (a[nome] - media_y) for a in amostras) / variancia if variancia else 0
    return inclinacao * (amostras[-1]["s"] - amostras[0]["s"])


def julgar(amostras: list[dict], contas: dict) -> int:
    metade = amostras[len(amostras) // 2 :]
    falhas = []
    for nome in ("web", "trabalhador"):
        subiu, de = subida(metade, nome), metade[0][nome]
        print(f"{nome}: {de:.1f} MB at half time, {subiu:+.1f} MB over the second half")
        if subiu > FOLGA_MB and subiu > FOLGA * de:
            falhas.append(f"{nome} grows: {subiu:+.1f} MB over the second half")
    for tabela, teto in TETOS.items():
        maior = max(amostra[tabela] for amostra in metade)
        if maior > teto:
            falhas.append(f"{tabela} reached {maior} rows; {teto} is its limit")
    if contas["erros"] or not contas["lidos"] or not contas["gravados"]:
        falhas.append(f"reads and writes: {contas}")
    print(f"{contas['gravados']} writes, {contas['lidos']} reads, {contas['erros']} errors")
    print("\n".join(falhas) or "Nothing grows.")
    return 1 if falhas else 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 10))
