"""A process of several writers, each a thread with its own connection, on few and hot products.

python -m tests.falhas.escritor CONTADORES PRIMEIRO QUANTOS PAUSA: until its input ends. It says when it has begun
and then, as JSON, what it did and which errors reached a writer. Stock only ever grows, so that whoever reads can tell
what is too old.
"""

import json
import random
import sys
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.db import close_old_connections, connection, transaction  # noqa: E402

from carteira.models import CarteiraPrincipal, Pedido, PreSeparacaoItem, Separacao  # noqa: E402
from producao.models import ProgramacaoProducao  # noqa: E402
from projecao.conf import hoje  # noqa: E402
from projecao.models import MovimentacaoEstoque  # noqa: E402
from tests.falhas.contadores import PRODUTOS, Contadores  # noqa: E402

PEDIDOS = ["P1", "P2", "P3"]
LOTES = ["L1", "L2", "L3", "L4"]


class Desfazer(Exception):
    pass


class Escritor:
    def __init__(self, contadores: Contadores, numero: int, pausa: float):
        self.contadores, self.numero, self.pausa = contadores, numero, pausa
        self.acaso = random.Random(numero)
        self.feitos, self.erros = Counter(), []

    def trabalhar(self, fim: threading.Event) -> None:
        while not fim.is_set():
            close_old_connections()  # as a web server does between requests
            via = self.acaso.choice(self.VIAS)
            try:
                via(self)
                self.feitos[via.__name__] += 1
            except Exception as erro:
                self.erros.append(f"{time.time():.1f} {via.__name__}: {type(erro).__name__}: {erro}".strip()[:300])
                connection.close()
                time.sleep(0.2)
            time.sleep(self.acaso.uniform(0, 2 * self.pausa))
        connection.close()

    def _data(self):
        return None if self.acaso.random() < 0.2 else hoje() + timedelta(days=self.acaso.randint(-3, 30))

    def _entrada(self, produto: int) -> MovimentacaoEstoque:
        return MovimentacaoEstoque(cod_produto=PRODUTOS[produto], tipo_movimentacao="ENTRADA", qtd_movimentacao=1)

    def entrada(self):
        produto = self.acaso.randrange(len(PRODUTOS))
        self._entrada(produto).save()
        self.contadores.somar(self.numero, produto, 1)

    def varias(self):
        produtos = self.acaso.sample(range(len(PRODUTOS)), 5)
        MovimentacaoEstoque.objects.bulk_create([self._entrada(produto) for produto in produtos])
        for produto in produtos:
            self.contadores.somar(self.numero, produto, 1)

    def desfeita(self):
        try:
            with transaction.atomic():
                self._entrada(self.acaso.randrange(len(PRODUTOS))).save()
                raise Desfazer
        except Desfazer:
            pass

    def linha(self):
        CarteiraPrincipal.objects.update_or_create(
            num_pedido=self.acaso.choice(PEDIDOS),
            cod_produto=self.acaso.choice(PRODUTOS),
            defaults={"qtd_saldo_produto_pedido": self.acaso.randint(0, 50), "expedicao": self._data()},
        )

    def separacao(self):
        # Few rows, since the slow model looks at each of them for each of the others.
        antigas = list(Separacao.objects.order_by("id").values_list("pk", flat=True))
        if len(antigas) >= 30:
            Separacao.objects.filter(pk=self.acaso.choice(antigas)).delete()
        Separacao.objects.create(
            num_pedido=self.acaso.choice(PEDIDOS),
            cod_produto=self.acaso.choice(PRODUTOS),
            separacao_lote_id=self.acaso.choice(LOTES),
            qtd_saldo=self.acaso.randint(1, 20),
            expedicao=self._data(),
        )

    def pedido(self):
        Pedido.objects.update_or_create(
            separacao_lote_id=self.acaso.choice(LOTES),
            defaults={
                "num_pedido": self.acaso.choice(PEDIDOS),
                "status": self.acaso.choice(Pedido.Status.values),
                "expedicao": self._data(),
            },
        )

    def pre_separacao(self):
        PreSeparacaoItem.objects.filter(num_pedido="P1", cod_produto=self.acaso.choice(PRODUTOS)).delete()
        PreSeparacaoItem.objects.create(
            num_pedido="P1",
            cod_produto=self.acaso.choice(PRODUTOS),
            qtd_selecionada_usuario=self.acaso.randint(0, 9),
            data_expedicao_editada=self._data(),
        )

    def producao(self):
        cod = self.acaso.choice(PRODUTOS)
        ProgramacaoProducao.objects.filter(cod_produto=cod).delete()
        ProgramacaoProducao.objects.create(
            cod_produto=cod, data_programacao=hoje() + timedelta(days=3), qtd_programada=self.acaso.randint(1, 99)
        )

    VIAS = (entrada, entrada, entrada, entrada, varias, desfeita, linha, separacao, pedido, pre_separacao, producao)


def main(arquivo: str, primeiro: str, quantos: str, pausa: str) -> None:
    contadores, fim = Contadores(Path(arquivo)), threading.Event()
    numeros = range(int(primeiro), int(primeiro) + int(quantos))
    escritores = [Escritor(contadores, numero, float(pausa)) for numero in numeros]
    linhas = [threading.Thread(target=escritor.trabalhar, args=(fim,)) for escritor in escritores]
    for linha in linhas:
        linha.start()
    print("pronto", flush=True)
    sys.stdin.read()
    fim.set()
    for linha in linhas:
        linha.join()
    feitos = sum((escritor.feitos for escritor in escritores), Counter())
    print(json.dumps({"feitos": feitos, "erros": [erro for escritor in escritores for erro in escritor.erros]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
