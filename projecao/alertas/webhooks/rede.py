"""One POST to an address that somebody typed, such that it reaches nothing of our own network.

https only, and every address that the name resolves to must be public. It is resolved once, and that address is
connected to: a name that answers differently the second time changes nothing. No redirects; little time, little size.
`settings.PROJECAO_WEBHOOK_HOSTS` lists hosts for which an installation vouches: of these http and private addresses
are taken too.
"""

import ipaddress
import socket
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from django.conf import settings

TEMPO_TOTAL = 10
"""Seconds for all of it, however the receiver drips."""
TEMPO_DE_ESPERA = 5
"""Seconds for one step: to connect, to be written to, to say something."""
RESPOSTA_LIDA = 64 * 1024
RESPOSTA_GUARDADA = 500

TRADUZEM_IPV4 = [ipaddress.ip_network(rede) for rede in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")]
"""NAT64, 6to4, Teredo: an IPv6 address that leads to an IPv4 one, perhaps a private one."""


class DestinoProibido(ValueError):
    """The message is for whoever typed the address."""


@dataclass(frozen=True)
class Alvo:
    """A checked address, as it is to be connected to."""

    url: str
    """With the number in the place of the name."""
    host: str
    """What `Host`, SNI and the certificate must say; with the port where it is not the scheme's own."""
    nome: str


@dataclass(frozen=True)
class Resposta:
    status: int | None
    """None: there was none."""
    texto: str = ""
    erro: str = ""
    ms: float = 0.0

    @property
    def chegou(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def examinar(endereco: str) -> str:
    """What can be said of an address before it is resolved: its host. Raises DestinoProibido."""
    try:
        partes = urlsplit(endereco)
        porta = partes.port
    except ValueError:
        raise DestinoProibido("O endereço não é uma URL.") from None
    if any(letra.isspace() or not letra.isprintable() for letra in endereco):
        raise DestinoProibido("O endereço não pode ter espaços.")
    if not partes.hostname or partes.scheme not in ("http", "https") or porta == 0:
        raise DestinoProibido("O endereço deve ser uma URL completa, como https://exemplo.com.br/estoque.")
    if partes.username is not None or partes.password is not None:
        raise DestinoProibido("O endereço não pode levar usuário nem senha.")
    if partes.scheme != "https" and not _liberado(partes.hostname):
        raise DestinoProibido("O endereço deve começar com https://.")
    return partes.hostname


def resolver(endereco: str) -> Alvo:
    """Look its name up, once. Raises DestinoProibido, or OSError if there is no such name."""
    nome = examinar(endereco)
    partes = urlsplit(endereco)
    porta = partes.port or (443 if partes.scheme == "https" else 80)
    achados = socket.getaddrinfo(nome, porta, type=socket.SOCK_STREAM)
    enderecos = [ipaddress.ip_address(achado[4][0].partition("%")[0]) for achado in achados]
    if not _liberado(nome):
        for ip in enderecos:
            if not publico(ip):
                raise DestinoProibido(f"O endereço leva a {ip}, que não é um servidor público.")
    ip = enderecos[0]
    numero = f"[{ip}]" if ip.version == 6 else str(ip)
    host = f"[{nome}]" if ":" in nome else nome
    com_porta = f"{host}:{partes.port}" if partes.port else host
    return Alvo(partes._replace(netloc=f"{numero}:{porta}", fragment="").geturl(), com_porta, nome)


def publico(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if ip.version == 6:
        if ip.ipv4_mapped:
            return publico(ip.ipv4_mapped)
        if any(ip in rede for rede in TRADUZEM_IPV4):
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _liberado(nome: str) -> bool:
    return nome.lower() in {host.lower() for host in getattr(settings, "PROJECAO_WEBHOOK_HOSTS", ())}


def postar(endereco: str, corpo: bytes, cabecalhos: dict[str, str]) -> Resposta:
    """Never raises: what went wrong is in the answer."""
    inicio = time.monotonic()
    try:
        status, texto, erro = _postar(resolver(endereco), corpo, cabecalhos)
    except (DestinoProibido, OSError, httpx.HTTPError, httpx.InvalidURL, UnicodeError) as falha:
        status, texto, erro = None, "", f"{type(falha).__name__}: {falha}"[:RESPOSTA_GUARDADA]
    return Resposta(status, texto, erro, (time.monotonic() - inicio) * 1000)


def _postar(alvo: Alvo, corpo: bytes, cabecalhos: dict[str, str]) -> tuple[int, str, str]:
    prazo = time.monotonic() + TEMPO_TOTAL
    # trust_env: a proxy of the environment would resolve the name again, and reach what we may not.
    with httpx.Client(follow_redirects=False, timeout=TEMPO_DE_ESPERA, trust_env=False) as cliente:
        # Each step has its time, but a receiver may take many steps: this ends it whatever it does.
        fim = threading.Timer(TEMPO_TOTAL, cliente.close)
        fim.daemon = True
        fim.start()
        try:
            with cliente.stream(
                "POST",
                alvo.url,
                content=corpo,
                headers={**cabecalhos, "host": alvo.host},
                extensions={"sni_hostname": alvo.nome},
            ) as resposta:
                return resposta.status_code, _ler(resposta, prazo), _queixa(resposta.status_code)
        finally:
            fim.cancel()


def _ler(resposta: httpx.Response, prazo: float) -> str:
    """The beginning of the answer, undecoded: a small body that unpacks into a huge one stays small."""
    lido = b""
    for pedaco in resposta.iter_raw(RESPOSTA_GUARDADA):
        lido += pedaco
        if len(lido) >= RESPOSTA_LIDA or time.monotonic() > prazo:
            break
    return lido[:RESPOSTA_GUARDADA].decode("utf-8", "replace").replace("\0", "")


def _queixa(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return f"Respondeu {status}: redirecionamentos não são seguidos."
    return f"Respondeu {status}."
