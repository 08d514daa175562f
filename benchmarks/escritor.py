"""A process that saves movements at a steady pace, and tells when each was committed: `frescor` starts two."""

import json
import random
import sys
import time
from decimal import Decimal


def escrever(quem: int, produtos: int, por_segundo: float, segundos: float) -> list[tuple[str, str, float]]:
    """(product, its stock from then on, when) of each commit. Writer `quem` of 2 has every second product."""
    from django.db import transaction

    from benchmarks import dados
    from projecao.models import EstoqueAtual, MovimentacaoEstoque

    acaso, commits = random.Random(quem), []
    meus = [dados.codigo(numero) for numero in range(quem, produtos, 2)]
    estoques = dict(EstoqueAtual.objects.filter(pk__in=meus).values_list("pk", "estoque"))
    inicio = time.monotonic()
    for ordem in range(int(por_segundo * segundos)):
        time.sleep(max(0, inicio + ordem / por_segundo - time.monotonic()))
        cod = acaso.choice(meus)
        with transaction.atomic():
            estoques[cod] += 1
            # The first to be told of the commit.
            transaction.on_commit(lambda cod=cod: commits.append((cod, str(estoques[cod]), time.time())))
            MovimentacaoEstoque(cod_produto=cod, tipo_movimentacao="AJUSTE", qtd_movimentacao=Decimal(1)).save()
    return commits


def principal() -> None:
    import django

    django.setup()
    quem, produtos, por_segundo, segundos = (float(texto) for texto in sys.argv[1:])
    print(json.dumps(escrever(int(quem), int(produtos), por_segundo, segundos)))


if __name__ == "__main__":
    principal()
