"""A process that dies between its commit and its callback: nobody forgot the old answer, and no bell rang."""

import signal
import time

from tests.falhas.instalacao import Cluster, esperar

VARREDURA = 30
FOLGA = 15
"""For a machine that is busy with other tests."""

MORRER_AO_CONFIRMAR = """
import os, signal
import django; django.setup()
from datetime import date
from django.db import transaction
from carteira.models import CarteiraPrincipal, Pedido, Separacao
from projecao.models import MovimentacaoEstoque
with transaction.atomic():
    # Registered first, so it runs first: after the commit, before ours.
    transaction.on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))
    {}
"""
MUDANCAS = {
    "Q00": "MovimentacaoEstoque.objects.create(cod_produto='Q00', qtd_movimentacao=7, tipo_movimentacao='AJUSTE')",
    "Q01": "CarteiraPrincipal.objects.create(num_pedido='1', cod_produto='Q01', qtd_saldo_produto_pedido=3,"
    " expedicao=date.today())",
    "Q02": "Pedido.objects.filter(separacao_lote_id='L').update(status='FATURADO')",
}


def test_uma_varredura_depois_esta_tudo_certo(instalacao):
    instalacao.web()
    Cluster(instalacao.trabalhador())
    instalacao.python(
        "from carteira.models import Pedido, Separacao\n"
        "Pedido.objects.create(separacao_lote_id='L', num_pedido='2')\n"
        "Separacao.objects.create(separacao_lote_id='L', num_pedido='2', cod_produto='Q02', qtd_saldo=5)"
    )
    esperar(instalacao.sem_marcas, 60, "a quiet queue")
    tempos = {}
    for cod, mudanca in MUDANCAS.items():
        for _ in range(4):  # every web process may have it, and Redis has
            antiga = ler(instalacao, cod)
        inicio = time.monotonic()
        instalacao.rodar("-c", MORRER_AO_CONFIRMAR.format(mudanca), codigo=-signal.SIGKILL)
        esperar(lambda cod=cod, antiga=antiga: ler(instalacao, cod) != antiga, VARREDURA + FOLGA, f"{cod} true again")
        tempos[cod] = round(time.monotonic() - inicio, 1)
    print(tempos)
    instalacao.conferir()


def ler(instalacao, cod: str) -> tuple:
    status, corpo = instalacao.ler(f"/api/estoque/{cod}/projecao")
    assert status == 200
    return corpo["estoque_atual"], corpo["menor_estoque_7d"]
