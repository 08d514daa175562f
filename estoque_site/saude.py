"""Can the promise be kept? The one address that answers without a login; it tells no secrets."""

from datetime import datetime

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from projecao import fila, pulso
from projecao.conf import ajustes
from projecao.memoria import Estado, cache_memoria
from projecao.representacao import renderizar


def saude(request: HttpRequest) -> HttpResponse:
    """200 "ok"; 200 "degradada" without Redis, which costs only speed; 503 "indisponível", with what is wrong."""
    try:
        corpo, motivos = _trabalho_de_fundo()
    except (DatabaseError, InterfaceError):
        corpo, motivos = {"banco": "indisponível"}, ["O banco de dados não responde."]
    corpo["memoria"] = cache_memoria.status()["estado"]
    degradada = corpo["memoria"] == Estado.INDISPONIVEL
    situacao = "indisponível" if motivos else "degradada" if degradada else "ok"
    if degradada:
        motivos.append("O Redis não responde: as leituras continuam certas, e mais lentas.")
    corpo = {"situacao": situacao, "motivos": motivos} | corpo
    resposta = HttpResponse(renderizar(corpo), content_type="application/json")
    resposta.status_code = 503 if situacao == "indisponível" else 200
    resposta["Cache-Control"] = "no-store"
    return resposta


def _trabalho_de_fundo() -> tuple[dict, list[str]]:
    """What the database knows of the workers, and what of it is wrong. Ages in seconds."""
    batimento, marca = _idade(pulso.ultimo()), _idade(fila.espera_desde())
    corpo = {"banco": "ok", "batimento_segundos": batimento, "marca_mais_antiga_segundos": marca}
    motivos = []
    if batimento is None:
        motivos.append("O banco de dados ainda não foi preparado (migrate).")
    elif batimento > ajustes.SAUDE_BATIMENTO_SEGUNDOS:
        motivos.append(f"O trabalho de fundo está parado há {batimento:.0f} s.")
    if marca is not None and marca > ajustes.SAUDE_MARCA_SEGUNDOS:
        motivos.append(f"Há um produto à espera de recálculo há {marca:.0f} s.")
    return corpo, motivos


def _idade(momento: datetime | None) -> float | None:
    # Never below zero: clocks differ between machines, and may be set back.
    return None if momento is None else max(0.0, round((timezone.now() - momento).total_seconds(), 3))
