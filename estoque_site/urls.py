from django.contrib import admin
from django.shortcuts import redirect
from django.urls import include, path
from django.views import defaults
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from estoque_site.metricas import metricas
from estoque_site.saude import saude
from projecao.api.erros import resposta_de_erro

urlpatterns = [
    path("", lambda request: redirect("admin:index")),
    path("saude", saude, name="saude"),
    path("metrics", metricas, name="metricas"),
    path("admin/", admin.site.urls),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    # It has no page for OPTIONS to describe.
    path(
        "api/docs",
        SpectacularSwaggerSplitView.as_view(url_name="schema", http_method_names=["get", "head"]),
        name="docs",
    ),
    path("api/", include("carteira.api")),
    path("api/", include("projecao.api.urls")),
]


def _da_api(request) -> bool:
    return request.path.startswith("/api/")


def handler400(request, exception):
    if _da_api(request):
        return resposta_de_erro(400, "O pedido não pôde ser entendido.")
    return defaults.bad_request(request, exception)


def handler403(request, exception):
    if _da_api(request):
        return resposta_de_erro(403, "Você não tem permissão para isto.")
    return defaults.permission_denied(request, exception)


def handler404(request, exception):
    if _da_api(request):
        return resposta_de_erro(404, "Não há nada neste endereço.")
    return defaults.page_not_found(request, exception)


def handler500(request):
    if _da_api(request):
        return resposta_de_erro(500, "Erro interno; o registro do servidor tem os detalhes.")
    return defaults.server_error(request)
