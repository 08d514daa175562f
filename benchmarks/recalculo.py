"""The whole portfolio, recomputed and stored: against the two designs that it replaces, and against the floor."""

import random
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.db.models import F
from django.utils import timezone

from benchmarks import baselines, dados
from benchmarks.medida import Porte, Relatorio, conferir, cronometrar, mediana
from benchmarks.piso import Piso
from projecao import recalculo
from projecao.conf import hoje
from projecao.models import EstoqueProjecaoCache


def medir(relatorio: Relatorio, porte: Porte) -> None:
    relatorio.titulo(f"Full recalculation, {porte.produtos} products (us a product, median of {porte.vezes})")
    cods = dados.codigos(porte.produtos)
    nossos, piso = _medir_contra_o_piso(cods, porte.vezes)
    for nome, segundos in nossos.items():
        relatorio.mostrar(f"ours, {nome}", f"{segundos * 1e6:,.0f}")
    relatorio.mostrar("floor: the grouped reads in plain SQL, and COPY", f"{piso * 1e6:,.0f}")
    laco = _medir_por_produto(cods, porte.amostra_do_laco, baselines.laco_diario)
    relatorio.mostrar(f"a query per day and source, on {porte.amostra_do_laco}", f"{laco * 1e6:,.0f}")
    consulta = _medir_por_produto(cods, porte.amostra_da_consulta, _consultar_e_salvar)
    relatorio.mostrar(
        f"a query per source and a save, on {porte.amostra_da_consulta} products", f"{consulta * 1e6:,.0f}"
    )
    nosso = max(nossos.values())  # whichever of the three costs most
    relatorio.anotar("recalculo_vs_laco_diario", laco / nosso)
    relatorio.anotar("recalculo_vs_consulta_por_produto", consulta / nosso)
    relatorio.anotar("recalculo_vs_piso_sql", nosso / piso)


def _medir_contra_o_piso(cods: list[str], vezes: int) -> tuple[dict[str, float], float]:
    """Seconds a product of ours, by what is stored already, and of the floor. They take turns."""
    preparos = {"every row new": esvaziar, "every row of another day": _envelhecer, "no figure changed": _nada}
    tempos: dict[str, list[float]] = {nome: [] for nome in preparos}
    do_piso = []
    recalculo.recalcular(cods)
    piso = Piso(cods)
    for _ in range(vezes):
        for nome, preparar in preparos.items():
            preparar()
            tempos[nome].append(cronometrar(lambda: recalculo.recalcular(cods)))
        piso.esvaziar()
        do_piso.append(cronometrar(lambda: piso.correr(hoje())))
    piso.remover()
    return {nome: mediana(valores) / len(cods) for nome, valores in tempos.items()}, mediana(do_piso) / len(cods)


def _medir_por_produto(cods: list[str], quantos: int, calcular: Callable) -> float:
    """Seconds a product of a slow baseline, on a sample whose answers are compared with our rows.

    It costs each product the same, so that a portfolio's time is so many times that of one.
    """
    amostra = random.Random(quantos).sample(cods, min(quantos, len(cods)))
    esperado, dia = baselines.figuras_das_linhas(amostra), hoje()
    inicio = time.perf_counter()
    obtido = {cod: calcular(cod, dia) for cod in amostra}
    duracao = time.perf_counter() - inicio
    conferir(esperado, obtido, calcular.__name__)
    return duracao / len(amostra)


def _consultar_e_salvar(cod, dia) -> baselines.Figuras:
    figuras = baselines.consulta_por_produto(cod, dia)
    baselines.salvar(cod, dia, figuras, timezone.now())
    return figuras


def esvaziar() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {EstoqueProjecaoCache._meta.db_table}")


def _envelhecer() -> None:
    EstoqueProjecaoCache.objects.update(data_base=F("data_base") - timedelta(days=1))
    _limpar()


def _nada() -> None:
    _limpar()


def _limpar() -> None:
    """What autovacuum does in its time, so that one measurement's dead rows are not the next one's."""
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {EstoqueProjecaoCache._meta.db_table}")
