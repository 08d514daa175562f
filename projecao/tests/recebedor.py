import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Recebedor:
    """A receiver of somebody else: it keeps what it is sent, and answers what it was told to."""

    def __init__(self):
        self.pedidos, self.respostas, self.demora = [], [], 0.0
        recebedor = self

        class Pedido(BaseHTTPRequestHandler):
            def do_POST(self):
                corpo = self.rfile.read(int(self.headers["content-length"]))
                recebedor.pedidos.append((dict(self.headers), corpo))
                status, cabecalhos, texto = recebedor.respostas.pop(0) if recebedor.respostas else (204, {}, b"")
                time.sleep(recebedor.demora)
                self.send_response(status)
                for nome, valor in {"content-length": str(len(texto)), **cabecalhos}.items():
                    self.send_header(nome, valor)
                self.end_headers()
                self.wfile.write(texto)

            def log_message(self, *args):
                pass

        self.servidor = ThreadingHTTPServer(("127.0.0.1", 0), Pedido)
        self.endereco = f"http://localhost:{self.servidor.server_port}/estoque"

    @contextmanager
    def aberto(self):
        linha = threading.Thread(target=self.servidor.serve_forever, daemon=True)
        linha.start()
        try:
            yield self
        finally:
            self.servidor.shutdown()
            self.servidor.server_close()

    def mensagens(self):
        return [json.loads(corpo) for _, corpo in self.pedidos]
