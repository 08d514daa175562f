"""OpenTelemetry: one trace from a request to the rows it caused, request → commit → task → recalculo. Off by default.

settings.TRACOS turns it on (OTEL_EXPORTER_OTLP_ENDPOINT); until then nobody imports this module. Spans are sent by a
thread of each process, over OTLP/HTTP. A collector that is slow or away costs spans and lines of the log, nothing else.
"""

import os
import time
from functools import cache
from multiprocessing.util import Finalize

from django.core.exceptions import ImproperlyConfigured
from django.views import View
from django_q.signals import post_execute_in_worker, post_spawn, pre_enqueue, pre_execute
from django_q.utils import get_func_repr

from estoque_site.rastro import ID, SEM_LINHA
from estoque_site.trabalhador import PERGUNTA
from projecao.telemetria import recalculado

try:
    from opentelemetry import context, trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace import Span, SpanKind, StatusCode
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ImportError as erro:
    raise ImproperlyConfigured(
        f"OTEL_EXPORTER_OTLP_ENDPOINT is set, but not all of requirements-otel.txt is installed ({erro})"
    ) from None

PRAZO = 2
"""Seconds that the collector may take, also when a process that ends sends its last."""
W3C = TraceContextTextMapPropagator()
CABECALHO = "traceparent"

_tarefas: dict[str, object] = {}
"""Tasks that this process runs → what to go back to when they end."""


def processador() -> SpanProcessor:
    return BatchSpanProcessor(OTLPSpanExporter(timeout=PRAZO))


@cache
def provedor() -> TracerProvider:
    """Made at a process's first span: the workers', not that of the parent that forks them, whose threads they lack."""
    recurso = Resource.create({SERVICE_NAME: os.environ.get("OTEL_SERVICE_NAME") or "estoque"})
    provedor = TracerProvider(resource=recurso)
    provedor.add_span_processor(processador())
    return provedor


def _rastreador() -> trace.Tracer:
    return provedor().get_tracer("estoque_site")


def _ha_um() -> bool:
    return trace.get_current_span().get_span_context().is_valid


class Pedidos:
    """The first middleware: a span for each request, in the trace that its `traceparent` names, if it brings one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path_info in SEM_LINHA:
            return self.get_response(request)
        de_fora = W3C.extract({CABECALHO: request.headers.get(CABECALHO, "")})
        # Anybody may invent methods, and names are few.
        metodo = request.method if request.method.lower() in View.http_method_names else "HTTP"
        with _rastreador().start_as_current_span(metodo, context=de_fora, kind=SpanKind.SERVER) as span:
            resposta = self.get_response(request)
            _descrever(span, metodo, request, resposta)
        return resposta


def _descrever(span: Span, metodo: str, request, resposta) -> None:
    span.set_attribute("http.request.method", metodo)
    span.set_attribute("http.response.status_code", resposta.status_code)
    span.set_attribute(ID, resposta.get("X-Request-Id", ""))
    if tela := request.resolver_match:
        span.update_name(f"{metodo} {tela.view_name}")
        span.set_attribute("http.route", tela.route)
    if resposta.status_code >= 500:
        span.set_status(StatusCode.ERROR)


def conectar() -> None:
    for sinal, receptor in LIGACOES:
        sinal.connect(receptor, dispatch_uid=f"estoque_site.tracos.{receptor.__name__}")


def desconectar() -> None:
    for sinal, receptor in LIGACOES:
        sinal.disconnect(dispatch_uid=f"estoque_site.tracos.{receptor.__name__}")


def ao_enfileirar(task, **kwargs) -> None:
    """All that enqueues out of a request or a task does it on commit: that is when this span is."""
    if _ha_um():
        atributos = {"tarefa": get_func_repr(task["func"])}
        with _rastreador().start_as_current_span("commit", kind=SpanKind.PRODUCER, attributes=atributos):
            W3C.inject(task)


def ao_executar(task, **kwargs) -> None:
    nome = get_func_repr(task["func"])
    # The watchdog asks each second that nothing else happens.
    if nome == PERGUNTA:
        return
    de_onde = W3C.extract({CABECALHO: task.get(CABECALHO, "")})
    atributos = {"tarefa": task["id"], **({ID: task[ID]} if ID in task else {})}
    span = _rastreador().start_span(f"task {nome}", context=de_onde, kind=SpanKind.CONSUMER, attributes=atributos)
    _tarefas[task["id"]] = context.attach(trace.set_span_in_context(span, de_onde))


def ao_concluir(task, **kwargs) -> None:
    if task["id"] in _tarefas:
        span = trace.get_current_span()
        # One that failed in the process of who enqueued it (sync) has no word on it yet.
        if not task.get("success"):
            span.set_status(StatusCode.ERROR)
        span.end()
        context.detach(_tarefas.pop(task["id"]))


def ao_recalcular(segundos: float, produtos: int, gravados: int, **kwargs) -> None:
    """A chunk, after its commit. What neither a request nor a task caused, such as a command, makes no traces."""
    if _ha_um():
        fim = time.time_ns()
        inicio, atributos = fim - int(segundos * 1e9), {"produtos": produtos, "gravados": gravados}
        _rastreador().start_span("recalculo", start_time=inicio, attributes=atributos).end(fim)


def ao_nascer(**kwargs) -> None:
    """A worker ends as multiprocessing's children do, without atexit. Its results leave before its spans (-5)."""
    Finalize(None, despachar, exitpriority=-10)


def despachar() -> None:
    if provedor.cache_info().currsize:
        provedor().shutdown()


LIGACOES = (
    (pre_enqueue, ao_enfileirar),
    (pre_execute, ao_executar),
    (post_execute_in_worker, ao_concluir),
    (post_spawn, ao_nascer),
    (recalculado, ao_recalcular),
)
