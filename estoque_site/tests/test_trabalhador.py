"""What the watchdog makes of what it hears. Real clusters are killed in tests/falhas."""

import os
import subprocess
import sys
import time

import pytest
from django.conf import settings

from estoque_site import sinais_de_vida
from estoque_site.trabalhador import Escuta, vivo


def test_who_is_alive():
    filho = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert vivo(filho.pid)
    filho.stdin.close()
    fim = time.monotonic() + 10
    while vivo(filho.pid):  # not collected yet: a zombie, where the system tells
        if sys.platform != "linux":
            filho.wait()
        assert time.monotonic() < fim
        time.sleep(0.01)
    filho.wait()
    assert not vivo(filho.pid)


def test_goodbye_is_no_death():
    escuta = Escuta()
    escuta.ouvir("nasceu 11\nnasceu 12\nconfirmou 13\nsaiu 11\n")
    assert escuta.vivos == {12, 13}


def test_all_hands_busy():
    escuta = Escuta()
    um, *outros = range(100, 100 + settings.Q_WORKERS)
    escuta.ouvir("".join(f"comecou {pid}\n" for pid in outros))
    assert not escuta.todos_ocupados()
    escuta.ouvir(f"comecou {um}\n")
    assert escuta.todos_ocupados()
    escuta.ouvir(f"terminou {um}\n")
    assert not escuta.todos_ocupados()


def test_a_task_beyond_its_time_limit_keeps_nobody_busy():
    escuta = Escuta()
    escuta.ouvir("".join(f"comecou {pid}\n" for pid in range(100, 100 + settings.Q_WORKERS)))
    escuta.ocupados[100] -= settings.Q_CLUSTER["timeout"] + 60
    assert not escuta.todos_ocupados()


def test_only_what_went_the_whole_way_breaks_the_silence():
    escuta = Escuta()
    escuta.ultima -= 100
    antes = escuta.ultima
    escuta.ouvir("comecou 11\nterminou 11\n")
    assert escuta.ultima == antes
    escuta.ouvir("confirmou 13\n")
    assert escuta.ultima > antes


@pytest.mark.parametrize("fechada", [False, True])
def test_nobody_listening_stops_nobody(monkeypatch, fechada):
    leitura, escrita = os.pipe()
    os.set_blocking(escrita, False)
    monkeypatch.setenv(sinais_de_vida.VARIAVEL, str(escrita))
    if fechada:
        os.close(leitura)
    for _ in range(10_000):
        sinais_de_vida.comecou()
    os.close(escrita)
    if not fechada:
        linhas = os.read(leitura, 1 << 20).decode()
        assert set(linhas.splitlines()) == {f"comecou {os.getpid()}"}
        os.close(leitura)
