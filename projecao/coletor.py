"""What is asked at each scrape, of the database and of Redis: how much waits, how old it is, how products are.

Processes cannot count these: they are of all machines together, so each machine answers the same.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import DatabaseError, InterfaceError
from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from projecao import fila, pulso, recalculo
from projecao.memoria import Estado, cache_memoria
from projecao.models import AvisoPorEmail, EntregaWebhook, EstoqueProjecaoCache, EventoDeRuptura, Ocorrencia, Trabalho


class Coletor:
    def collect(self) -> Iterator[Metric]:
        try:
            medidas, responde = [*_fila(), *_projecoes(), *_por_fazer()], 1
        except (DatabaseError, InterfaceError):
            # What the processes counted is still worth knowing, now more than ever.
            medidas, responde = [], 0
        yield _uma("estoque_banco_disponivel", "1 if the database answered this scrape.", responde)
        yield from medidas
        yield from _memoria()


def _fila() -> Iterator[Metric]:
    na_fila = fila.profundidade()
    yield _uma("estoque_fila_marcas", "Marks that wait for a recalculation.", na_fila.marcas)
    yield _uma("estoque_fila_produtos", "Products that have one.", na_fila.produtos)
    yield _uma("estoque_fila_com_erro", "Marks of products that could not be computed.", na_fila.com_erro)
    yield _uma("estoque_fila_idade_segundos", "Age of the oldest mark; 0 if none.", _idade(na_fila.mais_antiga))
    yield _uma(
        "estoque_fila_espera_segundos",
        "For how long the longest waiting mark that a worker may take has been waiting for one; 0 if none.",
        _idade(fila.espera_desde()),
    )
    # A database that was never migrated has none: as silent as can be.
    batimento = pulso.ultimo()
    silencio = _idade(batimento) if batimento else float("inf")
    yield _uma("estoque_batimento_segundos", "Since when background work was last seen at work.", silencio)


def _projecoes() -> Iterator[Metric]:
    linhas, expiradas = EstoqueProjecaoCache.objects.count(), recalculo.antigas().count()
    idades = {"fresca": linhas - expiradas, "expirada": expiradas}
    yield _varias("estoque_projecoes", "Materialised rows, by their age.", "idade", idades)
    de_outro_dia = recalculo.de_outro_dia().count()
    yield _uma("estoque_projecoes_de_outro_dia", "Rows whose D0 is not today.", de_outro_dia)
    produtos = _contar(EstoqueProjecaoCache.objects.publicas(), "status_ruptura", EstoqueProjecaoCache.Status.values)
    yield _varias("estoque_produtos", "Products, by their status.", "status_ruptura", produtos)
    ocorrencias = _contar(Ocorrencia.objects, "estado", Ocorrencia.Estado.values)
    yield _varias("estoque_ocorrencias", "Ruptures as planners' work.", "estado", ocorrencias)


def _por_fazer() -> Iterator[Metric]:
    por_entregar = EntregaWebhook.objects.filter(estado=EntregaWebhook.Estado.PENDENTE, destino__ativo=True)
    entregas = por_entregar.aggregate(quantas=Count("pk"), desde=Min("criada_em"))
    yield _uma(
        "estoque_webhooks_pendentes", "Deliveries that have not arrived and are not given up.", entregas["quantas"]
    )
    yield _uma("estoque_webhooks_espera_segundos", "Age of the oldest of them; 0 if none.", _idade(entregas["desde"]))
    eventos = EventoDeRuptura.objects.filter(estado=EventoDeRuptura.Estado.PENDENTE)
    yield _uma("estoque_eventos_pendentes", "Events that nobody was told of yet.", eventos.count())
    avisos = AvisoPorEmail.objects.filter(enviado_em=None, proxima_em__lt=timezone.now())
    yield _uma("estoque_emails_atrasados", "Events whose e-mail is overdue, or was given up.", avisos.count())
    estados = (Trabalho.Estado.NA_FILA, Trabalho.Estado.EXECUTANDO)
    trabalhos = _contar(Trabalho.objects.filter(estado__in=estados), "estado", estados)
    yield _varias("estoque_trabalhos", "Work that people asked for and that is not done.", "estado", trabalhos)


def _memoria() -> Iterator[Metric]:
    status = cache_memoria.status()
    estados = {estado.value: int(estado == status["estado"]) for estado in Estado}
    yield _varias("estoque_memoria_estado", "1 for what the memory tier is.", "estado", estados)
    if status["estado"] == Estado.INDISPONIVEL:
        return  # a zero would be a lie, and look like a restart
    yield _uma("estoque_memoria_chaves", "Products in the memory tier.", status["chaves"])
    yield _uma("estoque_memoria_capacidade", "Products that it may hold.", status["capacidade"])
    yield CounterMetricFamily("estoque_memoria_acertos", "Reads that it answered.", status["acertos"])
    yield CounterMetricFamily("estoque_memoria_faltas", "Reads that it could not answer.", status["faltas"])
    yield CounterMetricFamily("estoque_memoria_despejos", "Products that left since it was full.", status["despejos"])


def _uma(nome: str, oque: str, valor: float) -> Metric:
    return GaugeMetricFamily(nome, oque, valor)


def _varias(nome: str, oque: str, rotulo: str, valores: dict[str, int]) -> Metric:
    familia = GaugeMetricFamily(nome, oque, labels=[rotulo])
    for qual, valor in valores.items():
        familia.add_metric([qual], valor)
    return familia


def _contar(conjunto, campo: str, valores: Iterable[str]) -> dict[str, int]:
    """Value of `campo` → rows, also for those that no row has."""
    return dict.fromkeys(map(str, valores), 0) | dict(
        conjunto.order_by().values_list(campo).annotate(quantas=Count("pk"))
    )


def _idade(momento: datetime | None) -> float:
    # Never below zero: clocks differ between machines.
    return max(0.0, (timezone.now() - momento).total_seconds()) if momento else 0.0
