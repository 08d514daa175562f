"""`/metrics`, for Prometheus: what all processes of this machine counted, and what stands in the database and Redis.

It says how much is sold, failed and waits, so it is not public: it takes METRICAS_TOKEN (`Authorization: Bearer …`),
which needs no database to be checked, or the session of a superuser who wants to look.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django_prometheus.middleware import PrometheusAfterMiddleware
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from estoque_site.vagas import TodosOsProcessos
from projecao.api.erros import resposta_de_erro
from projecao.coletor import Coletor

REGISTRO = CollectorRegistry(auto_describe=False)
REGISTRO.register(TodosOsProcessos(settings.METRICAS_DIR))
REGISTRO.register(Coletor())


class PorTela(PrometheusAfterMiddleware):
    """HTTP by view. django-prometheus labels a duration with the method as it came: anybody could invent series."""

    def label_metric(self, metric, request, response=None, **rotulos):
        if "method" in rotulos:
            rotulos["method"] = self._method(request)
        return super().label_metric(metric, request, response, **rotulos)


def metricas(request: HttpRequest) -> HttpResponse:
    resposta = _recusa(request) or _medir(request)
    resposta["Cache-Control"] = "no-store"
    return resposta


def _medir(request: HttpRequest) -> HttpResponse:
    codificar, tipo = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(codificar(REGISTRO), content_type=tipo)


def _recusa(request: HttpRequest) -> HttpResponse | None:
    """Why this request gets nothing; None if it may look."""
    if request.method not in ("GET", "HEAD"):
        resposta = resposta_de_erro(405, "Só GET e HEAD.")
        resposta["Allow"] = "GET, HEAD"
        return resposta
    if "Authorization" in request.headers:
        # Whoever brings one means to be judged by it, whatever cookies came along.
        return None if _traz_o_token(request.headers["Authorization"]) else _sem_credencial()
    if not request.user.is_authenticated:
        return _sem_credencial()
    return None if request.user.is_superuser else resposta_de_erro(403, "As métricas são de quem administra o sistema.")


def _traz_o_token(cabecalho: str) -> bool:
    esquema, _, token = cabecalho.partition(" ")
    return (
        bool(settings.METRICAS_TOKEN)
        and esquema.lower() == "bearer"
        and constant_time_compare(token.strip(), settings.METRICAS_TOKEN)
    )


def _sem_credencial() -> HttpResponse:
    resposta = resposta_de_erro(401, "As métricas pedem o token METRICAS_TOKEN (Authorization: Bearer …).")
    resposta["WWW-Authenticate"] = 'Bearer realm="metrics"'
    return resposta
