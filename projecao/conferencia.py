"""Proof that what is stored is what its sources say: the ledger against EstoqueAtual, the sources against the rows.

It finds what bypassed Django (raw SQL, loaddata) and what should never happen. A product with a mark is no
drift: the queue is about to compute it. Its stock has no such excuse.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from django.db import transaction

from projecao import banco, fila, recalculo, saldo, unificacao
from projecao.conf import ajustes, hoje
from projecao.models import EstoqueAtual, EstoqueProjecaoCache
from projecao.unidades import ZERO, quantidade


class Divergencia(NamedTuple):
    cod_produto: str
    campo: str
    guardado: object
    correto: object


def conferir(ao_avancar: recalculo.AoAvancar | None = None) -> Iterator[Divergencia]:
    """Every product that anything mentions, in chunks, each chunk as of one moment."""
    cods, conferidos = sorted(recalculo.todos_os_codigos()), set()
    for inicio in range(0, len(cods), ajustes.LOTE):
        lote = cods[inicio : inicio + ajustes.LOTE]
        with banco.leitura_consistente():
            familias = unificacao.resolver(lote)
            # Two codes of a product may fall into two chunks: what is wrong with it is told once.
            familias = familias.so(familias.codigos.keys() - conferidos)
            conferidos |= familias.codigos.keys()
            saldos = list(_conferir_saldos(familias))
            # A projection is computed from the stored stock: where that is wrong, it is what has to be mended.
            sem_saldo_errado = familias.so(familias.codigos.keys() - {errado.cod_produto for errado in saldos})
            divergencias = [*saldos, *_conferir_projecoes(sem_saldo_errado, hoje())]
        yield from divergencias
        if ao_avancar:
            ao_avancar(len(lote))


def corrigir(cods: set[str], ao_avancar: recalculo.AoAvancar | None = None) -> recalculo.Resultado:
    """Rebuild the stock of these products from the ledger and recompute them."""
    with transaction.atomic():
        saldo.reconstruir(cods)
        fila.marcar(cods, "conferencia")
    return recalculo.recalcular(cods, ao_avancar)


def _conferir_saldos(familias: unificacao.Familias) -> Iterator[Divergencia]:
    razao = saldo.somar_razao(familias)
    guardados = dict(EstoqueAtual.objects.filter(pk__in=familias.canonico).values_list("pk", "estoque"))
    for cod in sorted(familias.codigos):
        correto = quantidade(razao[cod])
        if guardados.get(cod, ZERO) != correto:
            yield Divergencia(cod, "estoque", guardados.get(cod), correto)
    for cod in sorted(guardados.keys() - familias.codigos.keys()):
        yield Divergencia(cod, "estoque", guardados[cod], None)


def _conferir_projecoes(familias: unificacao.Familias, dia: date) -> Iterator[Divergencia]:
    marcados = fila.pendentes(familias.canonico)
    linhas = EstoqueProjecaoCache.objects.in_bulk(list(familias.codigos))
    conferir = [cod for cod, codigos in familias.codigos.items() if marcados.keys().isdisjoint(codigos)]
    if not conferir:
        return
    for cod, calculo in sorted(recalculo.calcular(familias.so(conferir), dia).items()):
        linha = linhas.get(cod)
        if linha is None:
            yield Divergencia(cod, "projecao", None, "ausente")
        elif linha.data_base == dia:
            correta = recalculo.montar(calculo, recalculo.Linha.de(linha), linha.data_calculo, linha.tempo_calculo_ms)
            for campo in recalculo.FIGURAS:
                if getattr(linha, campo) != getattr(correta, campo):
                    yield Divergencia(cod, campo, _mostrar(linha, campo), _mostrar(correta, campo))


def _mostrar(linha, campo):
    valor = getattr(linha, campo)
    if campo != "dias":
        return valor
    return [[dia, str(quantidade(sai)), str(quantidade(entra))] for dia, sai, entra in valor]
