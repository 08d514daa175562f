"""Wrong passwords (django-axes): whose address counts, and what somebody reads who has to wait."""

from ipaddress import ip_address

from axes.models import AccessAttempt
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework.throttling import BaseThrottle

from projecao.api.erros import resposta_de_erro
from projecao.conf import ajustes


def endereco(request: HttpRequest) -> str | None:
    """Who calls, by the one rule of the API's throttles (NUM_PROXIES). None: a socket that has no address."""
    try:
        return str(ip_address(BaseThrottle().get_ident(request) or ""))
    except ValueError:
        return None


def usuario(request: HttpRequest, credenciais: dict | None) -> str:
    """Whom somebody says he is, as far as there is room to store it."""
    nome = (credenciais or {}).get("username") or request.POST.get("username") or ""
    return nome[: AccessAttempt._meta.get_field("username").max_length]


def bloqueado(request: HttpRequest, resposta: HttpResponse | None, credenciais: dict | None) -> HttpResponse:
    """In the place of the answer to a login, right or wrong, while this user may not try from this address."""
    minutos = ajustes.LOGIN_BLOQUEIO_MINUTOS
    if request.path.startswith("/api/"):
        recusa = resposta_de_erro(429, f"Muitas senhas erradas. Espere {minutos} minutos e tente de novo.")
    else:
        recusa = render(request, "429.html", {"minutos": minutos}, status=429)
    recusa["Retry-After"] = str(minutos * 60)
    return recusa
