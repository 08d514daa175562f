"""Is the system alive? The one address that answers without a login; it tells no secrets."""

from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse

from projecao.memoria import cache_memoria
from projecao.representacao import renderizar


def saude(request: HttpRequest) -> HttpResponse:
    """200 while numbers can be served; 503 when the database does not answer. Redis costs only speed."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        banco = True
    except (DatabaseError, InterfaceError):
        banco = False
    corpo = {
        "situacao": "ok" if banco else "indisponível",
        "banco": "ok" if banco else "indisponível",
        "memoria": cache_memoria.status()["estado"],
    }
    return HttpResponse(renderizar(corpo), status=200 if banco else 503, content_type="application/json")
