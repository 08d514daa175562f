"""What a recalculation leaves for others: one event per edge, in the transaction that stores the rows.

Called with the products' rows locked, so events of one product follow each other.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Max
from django_q.tasks import async_task

from projecao import telemetria
from projecao.alertas import bordas
from projecao.alertas.bordas import Situacao
from projecao.banco import em_lotes
from projecao.conf import ajustes
from projecao.models import EstoqueProjecaoCache, EventoDeRuptura

Estado = EventoDeRuptura.Estado
TAREFA = "projecao.tasks.tratar_alertas"
"""The bell. What has to wait is found by the sweep."""


class Passo(NamedTuple):
    """A product's row (or whatever has its fields) before and after. `antes` None: it had none. `depois` None: the row
    goes, since the code now answers as another."""

    antes: EstoqueProjecaoCache | None
    depois: EstoqueProjecaoCache | None
    nome_produto: str

    @property
    def cod_produto(self) -> str:
        return (self.depois or self.antes).cod_produto

    @property
    def dia(self) -> date:
        """D0."""
        return (self.depois or self.antes).data_base


def registrar(passos: Iterable[Passo], agora: datetime) -> int:
    """Store what is news; how many. Nothing is asked of the database while no status and no day has changed."""
    passos = {passo.cod_produto: passo for passo in passos if _situacao(passo.antes) != _situacao(passo.depois)}
    if not passos:
        return 0
    novos, anulados = [], []
    contados = _ultimos(passos)
    for cod, passo in sorted(passos.items()):
        ultimo = contados.get(cod)
        base = ultimo.para if ultimo else _situacao(passo.antes)
        if ultimo and ultimo.estado == Estado.PENDENTE and ultimo.vale_em > agora:
            # It was never told: what was told before it is what the news is measured against.
            anulados.append(ultimo.pk)
            base = ultimo.de
        para = _situacao(passo.depois)
        if tipo := bordas.classificar(base, para, ajustes.ALERTA_DIAS_MUDANCA, passo.dia):
            novos.append(_evento(tipo, base, para, passo, agora))
    for lote in em_lotes(anulados):
        EventoDeRuptura.objects.filter(pk__in=lote).update(estado=Estado.ANULADO)
    EventoDeRuptura.objects.bulk_create(novos)
    transaction.on_commit(lambda: telemetria.eventos_gravados(novo.tipo for novo in novos), robust=True)
    if any(novo.vale_em <= agora for novo in novos):
        transaction.on_commit(lambda: async_task(TAREFA), robust=True)
    return len(novos)


def _situacao(linha: EstoqueProjecaoCache | None) -> Situacao:
    return Situacao(linha.status_ruptura, linha.dia_ruptura) if linha else bordas.SEM_RUPTURA


def _ultimos(cods: Iterable[str]) -> dict[str, EventoDeRuptura]:
    """Product → its last event that was not annulled, locked: it is not distributed while we decide on it."""
    ultimos: dict[str, EventoDeRuptura] = {}
    for lote in em_lotes(sorted(cods)):
        validos = EventoDeRuptura.objects.filter(cod_produto__in=lote).exclude(estado=Estado.ANULADO)
        ids = [ultimo for _, ultimo in validos.order_by().values_list("cod_produto").annotate(ultimo=Max("id"))]
        eventos = EventoDeRuptura.objects.filter(pk__in=ids).order_by("id").select_for_update()
        ultimos |= {evento.cod_produto: evento for evento in eventos}
    return ultimos


def _evento(tipo: str, de: Situacao, para: Situacao, passo: Passo, agora: datetime) -> EventoDeRuptura:
    return EventoDeRuptura(
        tipo=tipo,
        cod_produto=passo.cod_produto,
        nome_produto=passo.nome_produto,
        status_anterior=de.status,
        dia_anterior=de.dia,
        status_ruptura=para.status,
        dia_ruptura=para.dia,
        dados=_dados(passo, agora),
        criado_em=agora,
        vale_em=agora + timedelta(seconds=ajustes.ALERTA_ESPERA_SEGUNDOS),
    )


def _dados(passo: Passo, agora: datetime) -> dict:
    """Quantities as text: JSON would make floats of them."""
    linha = passo.depois
    if linha is None:
        return {"unificado": True}
    return {
        "quantidades": {campo: str(getattr(linha, campo)) for campo in QUANTIDADES},
        "data_base": linha.data_base.isoformat(),
        "versao": linha.versao,
        "data_calculo": agora.isoformat(),
    }


QUANTIDADES = ("estoque_atual", "menor_estoque_7d", "menor_estoque_28d", "saidas_atrasadas", "saidas_sem_data")
