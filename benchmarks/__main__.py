"""`make bench`: this project beside honest baselines, in one run on one portfolio.

A readable table, and on the last line one JSON object. Exit 1 if a baseline and the engine differ in an answer; a
missed target is said, and is no error: machines differ.
"""

import json
import os
import sys
from contextlib import ExitStack

from benchmarks import ambiente
from benchmarks.medida import ALVOS, Divergencia, Porte, Relatorio
from tests.servidores import ServidorNaoIniciou

PRODUTOS = 20_000


def main() -> int:
    produtos = int(os.environ.get("BENCH_PRODUTOS") or PRODUTOS)
    try:
        with ExitStack() as pilha:
            ambiente.servidores(pilha)
            import django

            django.setup()
            figuras = medir(produtos)
    except ServidorNaoIniciou as erro:
        print(f"Error: {erro}", file=sys.stderr)
        return 1
    except Divergencia as erro:
        print(f"Error, and no figure means anything: {erro}", file=sys.stderr)
        return 1
    print(json.dumps(figuras))
    return 0


def medir(produtos: int) -> dict[str, float]:
    """In stages: the portfolio grows to half of `produtos`, all of it, and two and a half times as many."""
    from django.core.management import call_command
    from django.db import connection

    from benchmarks import dados, embutido, frescor, gravacao, importacao, leitura, recalculo, rupturas, tamanho, virada

    porte, relatorio, metade = Porte.de(produtos), Relatorio(), produtos // 2
    call_command("migrate", verbosity=0)
    try:
        dados.carregar(0, metade)
        pequeno = tamanho.medir_processo()
        dados.carregar(metade, produtos)
        for grupo in (recalculo, rupturas, gravacao, importacao, leitura, frescor):
            grupo.medir(relatorio, porte)
        dados.carregar(produtos, metade * tamanho.VEZES)
        grande = tamanho.medir_processo()
        tamanho.medir(relatorio, metade, pequeno, grande)
        virada.medir(relatorio, metade * tamanho.VEZES, porte.completo)
        if porte.completo:
            embutido.medir(relatorio, produtos // 10)
    finally:
        connection.close()
    relatorio.resumo()
    return {chave: relatorio.figuras[chave] for chave in ALVOS}


if __name__ == "__main__":
    sys.exit(main())
