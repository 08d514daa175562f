"""The embedded installation, SQLite and no Redis, beside the other: a smaller portfolio, for information."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.ambiente import RAIZ
from benchmarks.medida import Relatorio, cronometrar, mediana


def medir(relatorio: Relatorio, produtos: int) -> None:
    relatorio.titulo(f"For comparison: SQLite without Redis, {produtos} products")
    with tempfile.TemporaryDirectory(prefix="estoque-bench-") as pasta:
        ambiente = os.environ | {"DATABASE_URL": f"sqlite:///{Path(pasta) / 'bench.sqlite3'}", "REDIS_URL": ""}
        saida = subprocess.run(
            [sys.executable, "-m", "benchmarks.embutido", str(produtos)],
            cwd=RAIZ,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            env=ambiente,
        )
    for nome, valor in json.loads(saida.stdout.splitlines()[-1]).items():
        relatorio.mostrar(nome, f"{valor:,.3f}")


def principal() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import models

    from benchmarks import dados, gravacao, importacao
    from projecao import recalculo
    from projecao.models import MovimentacaoEstoque

    produtos = int(sys.argv[1])
    call_command("migrate", verbosity=0)
    dados.carregar(0, produtos)
    cods, por_produto, linhas = dados.codigos(produtos), 1e6 / produtos, produtos * 5
    puro, nosso = models.QuerySet(MovimentacaoEstoque), MovimentacaoEstoque.objects
    figuras = {}
    for caso in ("every row new", "no figure changed"):
        segundos = cronometrar(lambda: recalculo.recalcular(cods))
        figuras[f"recalculation, {caso} (us a product)"] = segundos * por_produto
    saves = [cronometrar(lambda: gravacao.salvar(cods[0])) for _ in range(100)]
    figuras["one movement saved (ms, median)"] = mediana(saves) * 1000
    for quem, conjunto in (("ours", nosso), ("Django's plain one", puro)):
        novas = importacao.novas(produtos, linhas)
        segundos = cronometrar(lambda conjunto=conjunto, novas=novas: conjunto.bulk_create(novas, importacao.LOTE))
        figuras[f"{linhas:,} movements in bulk, {quem} (s)"] = segundos
    print(json.dumps(figuras))


if __name__ == "__main__":
    principal()
