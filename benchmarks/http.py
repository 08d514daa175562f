"""A client as lean as can be: raw requests over kept connections, so that what is measured is the server."""

import socket
import threading
import time
from collections.abc import Callable, Iterator


class Cliente:
    """One kept connection. gunicorn closes those that have been idle: it then opens another."""

    def __init__(self, porta: int, token: str):
        self.porta, self.token, self._tomada = porta, token, None

    def pedir(self, caminho: str) -> tuple[int, bytes]:
        """Status and body of a GET."""
        pedido = (
            f"GET {caminho} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token {self.token}\r\n"
            "Accept: application/json\r\n\r\n"
        ).encode()
        for _ in range(2):
            try:
                if self._tomada is None:
                    self._tomada = socket.create_connection(("127.0.0.1", self.porta), timeout=30)
                    self._tomada.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._tomada.sendall(pedido)
                return self._receber()
            except (ConnectionError, EOFError):
                self.fechar()
        raise ConnectionError(f"{caminho}: the server closes every connection")

    def _receber(self) -> tuple[int, bytes]:
        recebido = b""
        while b"\r\n\r\n" not in recebido:
            recebido += self._ler()
        cabecalho, corpo = recebido.split(b"\r\n\r\n", 1)
        campos = cabecalho.lower().split(b"\r\n")
        tamanho = next(int(campo[15:]) for campo in campos if campo.startswith(b"content-length:"))
        while len(corpo) < tamanho:
            corpo += self._ler()
        if b"connection: close" in campos:
            self.fechar()
        return int(cabecalho[9:12]), corpo

    def _ler(self) -> bytes:
        pedaco = self._tomada.recv(65536)
        if not pedaco:
            raise EOFError
        return pedaco

    def fechar(self) -> None:
        if self._tomada is not None:
            self._tomada.close()
            self._tomada = None


def por_segundo(porta: int, token: str, caminhos: Iterator[str], segundos: float, clientes: int = 4) -> float:
    """Requests answered a second by `clientes` that each ask again as soon as they are answered."""
    fim, contagens, erros = time.monotonic() + segundos, [0] * clientes, []

    def correr(quem: int) -> None:
        cliente = Cliente(porta, token)
        while time.monotonic() < fim:
            status, corpo = cliente.pedir(next(caminhos))
            if status != 200:
                erros.append((status, corpo[:200]))
                return
            contagens[quem] += 1
        cliente.fechar()

    inicio = time.monotonic()
    _juntos(correr, clientes)
    if erros:
        raise ConnectionError(f"the server answered {erros[0]}")
    return sum(contagens) / (time.monotonic() - inicio)


def _juntos(tarefa: Callable[[int], None], quantos: int) -> None:
    fios = [threading.Thread(target=tarefa, args=(quem,)) for quem in range(quantos)]
    for fio in fios:
        fio.start()
    for fio in fios:
        fio.join()
