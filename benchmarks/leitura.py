"""Reads over HTTP, as a front end makes them: gunicorn with 2 workers, a token, kept connections."""

import json
import random
import time
from decimal import Decimal
from itertools import cycle

from benchmarks import dados, http
from benchmarks.ambiente import criar_token, gunicorn
from benchmarks.medida import Divergencia, Porte, Relatorio, mediana, percentil
from projecao import recalculo
from projecao.models import MovimentacaoEstoque
from projecao.servico import corpo

RODADAS = 5


def medir(relatorio: Relatorio, porte: Porte) -> None:
    produtos, segundos = porte.produtos, porte.rodada_http
    relatorio.titulo("Reads over HTTP: gunicorn, 2 workers, token")
    acaso = random.Random(3)
    lidos = acaso.sample(dados.codigos(produtos), min(50, produtos))
    token = criar_token()
    with gunicorn() as porta:
        cliente = http.Cliente(porta, token)
        for cod in lidos:  # into the memory tier, and the same as without it
            for _ in range(2):
                if json.loads(cliente.pedir(f"/api/produto/{cod}/cardex")[1]) != json.loads(corpo(cod, "cardex")):
                    raise Divergencia(f"the cardex of {cod} over HTTP is not the service's")
        cardex, trivial = cycle([f"/api/produto/{cod}/cardex" for cod in lidos]), cycle(["/trivial"])
        for caminhos in (trivial, cardex):
            http.por_segundo(porta, token, caminhos, segundos / 3)
        nossas, triviais = [], []
        for _ in range(RODADAS):
            triviais.append(http.por_segundo(porta, token, trivial, segundos))
            nossas.append(http.por_segundo(porta, token, cardex, segundos))
        relatorio.mostrar("a view that returns a constant (requests/s)", f"{mediana(triviais):,.0f}")
        relatorio.mostrar("cardex on a memory hit (requests/s)", f"{mediana(nossas):,.0f}")
        relatorio.anotar("leitura_vs_vista_trivial", mediana(nossas) / mediana(triviais))
        _medir_pendentes(relatorio, cliente, acaso.sample(dados.codigos(produtos), min(porte.pendentes, produtos)))


def _medir_pendentes(relatorio: Relatorio, cliente: http.Cliente, cods: list[str]) -> None:
    """No worker runs: each product is changed, and read before anybody recomputed it."""
    tempos = []
    for cod in cods:
        antes = json.loads(cliente.pedir(f"/api/produto/{cod}/cardex")[1])["estoque_atual"]
        MovimentacaoEstoque.objects.create(cod_produto=cod, tipo_movimentacao="AJUSTE", qtd_movimentacao=Decimal(7))
        inicio = time.perf_counter()
        status, lido = cliente.pedir(f"/api/produto/{cod}/cardex")
        tempos.append((time.perf_counter() - inicio) * 1000)
        if status != 200 or round(json.loads(lido)["estoque_atual"] - antes, 3) != 7:
            raise Divergencia(f"{cod} was changed, and its cardex does not show it")
    relatorio.mostrar("read of a product just changed, median (ms)", f"{mediana(tempos):.1f}")
    relatorio.anotar("leitura_pendente_p95_ms", percentil(tempos, 95))
    recalculo.drenar()
