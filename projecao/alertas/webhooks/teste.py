"""A signed message that somebody asks for to see whether a destination answers. It is no delivery: nothing of it is
stored, and it is sent once."""

from uuid import uuid4

from django.utils import timezone

from projecao.alertas.webhooks import mensagem, rede
from projecao.models import DestinoWebhook


def enviar(destino: DestinoWebhook) -> rede.Resposta:
    agora, corpo = timezone.now(), mensagem.corpo_de_teste()
    cabecalhos = mensagem.cabecalhos(f"msg_teste_{uuid4().hex}", corpo, destino.segredos(agora), agora)
    return rede.postar(destino.endereco, corpo, cabecalhos)


def descrever(resposta: rede.Resposta) -> str:
    """The answer in a sentence."""
    if resposta.status is None:
        return f"Sem resposta: {resposta.erro}"
    frase = f"Respondeu {resposta.status} em {resposta.ms:.0f} ms"
    if 300 <= resposta.status < 400:
        frase += ", e redirecionamentos não são seguidos"
    return f"{frase}: {resposta.texto}" if resposta.texto else f"{frase}."
