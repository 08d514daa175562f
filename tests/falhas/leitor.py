"""Readers over HTTP, who know what was committed before they asked."""

import http.client
import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from tests.falhas.contadores import PRODUTOS, Contadores

DA_MEMORIA = ("/api/estoque/{}/projecao", "/api/produto/{}/cardex")
DO_BANCO = ("/api/estoque/{}/atual", "/api/estoque?busca={}")
CAMINHOS = DA_MEMORIA + DO_BANCO

PAUSA = 0.03
"""Between two reads of one reader: the machine is also the writers', the servers' and the workers'."""

ATRASO = 0.5
"""Seconds by which two processes may disagree about when a day begins."""


class Porta:
    """One kept connection to the web server."""

    def __init__(self, porta: int, token: str):
        self._conexao = http.client.HTTPConnection("127.0.0.1", porta, timeout=30)
        self._cabecalhos = {"Authorization": f"Token {token}"}

    def ler(self, caminho: str) -> tuple[int, dict]:
        for _ in range(2):
            try:
                self._conexao.request("GET", caminho, headers=self._cabecalhos)
                resposta = self._conexao.getresponse()
                return resposta.status, json.loads(resposta.read())
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self._conexao.close()  # kept too long: the server had closed it
        raise ConnectionError("the web server closes every connection")

    def fechar(self) -> None:
        self._conexao.close()


@dataclass
class Leituras:
    """What a test asks of them afterwards. `velhas`: answers older than a commit that was known before the question."""

    tempos: list[tuple[float, float, str]] = field(default_factory=list)
    """(when it began, seconds, path)."""
    velhas: list[str] = field(default_factory=list)
    outro_dia: list[str] = field(default_factory=list)
    recusas: list[tuple[float, str]] = field(default_factory=list)
    """(when it came, what it was)."""

    def p95(self, desde: float = 0, ate: float = float("inf"), caminhos=CAMINHOS) -> float:
        escolhidos = sorted(s for quando, s, caminho in self.tempos if desde <= quando <= ate and caminho in caminhos)
        return round(escolhidos[int(len(escolhidos) * 0.95)], 3)


class Leitores:
    """`with Leitores(...) as leituras:` four threads read until the block ends."""

    def __init__(self, porta: int, token: str, contadores: Contadores, agora: Callable[[], datetime], quantos: int = 4):
        self._criar = lambda: Porta(porta, token)
        self._contadores, self._agora = contadores, agora
        self.leituras, self._fim = Leituras(), threading.Event()
        self._linhas = [threading.Thread(target=self._ler_sempre, args=(n,)) for n in range(quantos)]

    def __enter__(self) -> Leituras:
        for linha in self._linhas:
            linha.start()
        return self.leituras

    def __exit__(self, *erro) -> None:
        self._fim.set()
        for linha in self._linhas:
            linha.join()

    def _ler_sempre(self, numero: int) -> None:
        acaso, porta = random.Random(numero), self._criar()
        while not self._fim.is_set():
            produto, caminho = acaso.randrange(len(PRODUTOS)), acaso.choice(CAMINHOS)
            inicio = time.monotonic()
            try:
                self._uma(porta, produto, caminho)
            except (TimeoutError, OSError, http.client.HTTPException) as erro:
                porta.fechar()
                self.leituras.recusas.append((time.monotonic(), f"{type(erro).__name__}: {erro}"))
                time.sleep(0.2)
            self.leituras.tempos.append((inicio, time.monotonic() - inicio, caminho))
            time.sleep(PAUSA)
        porta.fechar()

    def _uma(self, porta: Porta, produto: int, caminho: str) -> None:
        cod, piso, quando = PRODUTOS[produto], self._contadores.piso(produto), self._agora()
        caminho = caminho.format(cod)
        status, corpo = porta.ler(caminho)
        if status != 200:
            self.leituras.recusas.append((time.monotonic(), f"{status} {caminho} {corpo}"[:300]))
            return
        if "results" in corpo:
            corpo = corpo["results"][0]
        estoque = corpo.get("estoque_atual", corpo.get("estoque"))
        if estoque < piso:
            self.leituras.velhas.append(
                f"{time.time():.1f} {caminho.format(cod)}: {estoque} where {piso} were committed"
            )
        base = corpo.get("data_base") or (corpo["cardex"][0]["data"] if "cardex" in corpo else None)
        if base and not _dia(quando, -ATRASO) <= date.fromisoformat(base) <= _dia(self._agora(), ATRASO):
            self.leituras.outro_dia.append(f"{caminho}: D0 {base}, asked at {quando}")


def _dia(momento: datetime, segundos: float) -> date:
    # Added to the moment, not to what the clock on the wall shows, which may jump.
    return (momento.astimezone(UTC) + timedelta(seconds=segundos)).astimezone(momento.tzinfo).date()
