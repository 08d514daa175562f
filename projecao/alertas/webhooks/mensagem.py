"""What is told, and the signature that proves it is ours (Standard Webhooks)."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from standardwebhooks import Webhook

from projecao import representacao
from projecao.models import EventoDeRuptura

TESTE = "teste"
"""The type of a message that tells of nothing."""


def corpo(evento: EventoDeRuptura) -> bytes:
    """The same bytes at every attempt: of the moment of the event, whatever the product is by now."""
    dados = dict(evento.dados)
    quantidades = {campo: Decimal(texto) for campo, texto in dados.pop("quantidades", {}).items()}
    return representacao.renderizar(
        {
            "type": evento.tipo,
            "timestamp": evento.criado_em.isoformat(),
            "data": {
                "cod_produto": evento.cod_produto,
                "nome_produto": evento.nome_produto,
                "status_ruptura": evento.status_ruptura,
                "dia_ruptura": evento.dia_ruptura,
                "status_anterior": evento.status_anterior,
                "dia_anterior": evento.dia_anterior,
                **quantidades,
                **dados,
            },
        }
    )


def corpo_de_teste() -> bytes:
    return representacao.renderizar(
        {
            "type": TESTE,
            "timestamp": timezone.now().isoformat(),
            "data": {"mensagem": "Esta é uma mensagem de teste: nenhum produto mudou."},
        }
    )


def cabecalhos(id_da_mensagem: str, corpo: bytes, segredos: Iterable[str], agora: datetime) -> dict[str, str]:
    """`agora` is in UTC. One signature for each secret, so that either verifies it during a rotation."""
    assinaturas = [Webhook(segredo).sign(id_da_mensagem, agora, corpo.decode()) for segredo in segredos]
    return {
        "content-type": "application/json",
        "user-agent": "estoque-projetado",
        "webhook-id": id_da_mensagem,
        "webhook-timestamp": str(int(agora.timestamp())),
        "webhook-signature": " ".join(assinaturas),
    }
