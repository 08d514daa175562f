"""E-mails to the people who follow a product or a status: at once, or in one letter a day.

    receber     what each follower is owed, in the transaction that distributes the event
    enviar      one letter a person with all that is due; sent outside any transaction, tried again if it fails

A crash between sending and storing writes a person twice rather than never.
"""

import logging
import smtplib
from datetime import datetime, time, timedelta
from itertools import groupby

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from projecao import telemetria
from projecao.alertas.ocorrencias import descrever
from projecao.conf import ajustes
from projecao.models import Acompanhamento, AvisoPorEmail, EventoDeRuptura
from projecao.models.aviso import Frequencia

logger = logging.getLogger(__name__)

LOTE = 500
RESERVA = timedelta(minutes=5)
ESPERAS = [timedelta(minutes=m) for m in (1, 10, 60, 240, 720)]


def configurado() -> bool:
    """Without a mail server nobody is owed a letter that would never leave."""
    return settings.EMAIL_BACKEND != "django.core.mail.backends.dummy.EmailBackend"


def receber(eventos: list[EventoDeRuptura]) -> None:
    """A `distribuicao.Recebedor`."""
    if not configurado():
        return
    agora = timezone.now()
    seguidores = Acompanhamento.objects.filter(usuario__is_active=True).exclude(usuario__email="")
    # At once comes first: of two followings of one person, the impatient one decides.
    seguidores = sorted(seguidores, key=lambda seguidor: seguidor.frequencia != Frequencia.NA_HORA)
    devidos: dict[tuple[int, int], AvisoPorEmail] = {}
    for evento in eventos:
        for seguidor in seguidores:
            if seguidor.quer(evento):
                devidos.setdefault(
                    (seguidor.usuario_id, evento.pk),
                    AvisoPorEmail(
                        usuario_id=seguidor.usuario_id,
                        evento=evento,
                        frequencia=seguidor.frequencia,
                        proxima_em=agora if seguidor.frequencia == Frequencia.NA_HORA else proximo_resumo(agora),
                    ),
                )
    AvisoPorEmail.objects.bulk_create(devidos.values(), ignore_conflicts=True)


def proximo_resumo(agora: datetime) -> datetime:
    """The next PROJECAO_ALERTA_RESUMO_HORA of the local clock."""
    local = timezone.localtime(agora)
    resumo = datetime.combine(local.date(), time(ajustes.ALERTA_RESUMO_HORA), local.tzinfo)
    return resumo if resumo > local else resumo + timedelta(days=1)


def enviar() -> int:
    """Send what is due; how many letters left."""
    enviados = 0
    while tomados := _tomar():
        for _, do_usuario in groupby(tomados, key=lambda aviso: aviso.usuario_id):
            enviados += _enviar(list(do_usuario))
    return enviados


@transaction.atomic
def _tomar() -> list[AvisoPorEmail]:
    agora = timezone.now()
    devidos = AvisoPorEmail.objects.filter(
        enviado_em=None, proxima_em__lte=agora, tentativas__lte=len(ESPERAS)
    ).order_by("usuario", "id")
    pks = [aviso.pk for aviso in devidos.select_for_update(skip_locked=True)[:LOTE]]
    AvisoPorEmail.objects.filter(pk__in=pks).update(proxima_em=agora + RESERVA)
    return list(AvisoPorEmail.objects.filter(pk__in=pks).select_related("usuario", "evento").order_by("usuario", "id"))


def _enviar(avisos: list[AvisoPorEmail]) -> bool:
    pks, agora = [aviso.pk for aviso in avisos], timezone.now()
    nossos = AvisoPorEmail.objects.filter(pk__in=pks)
    try:
        _carta(avisos).send()
    except (OSError, smtplib.SMTPException) as erro:
        logger.warning("e-mail to %s failed: %s", avisos[0].usuario, erro)
        tentativas = max(aviso.tentativas for aviso in avisos) + 1
        espera = ESPERAS[min(tentativas, len(ESPERAS)) - 1]
        telemetria.carta_enviada(telemetria.Desfecho.ERRO)
        nossos.update(tentativas=tentativas, erro=f"{type(erro).__name__}: {erro}"[:500], proxima_em=agora + espera)
        return False
    telemetria.carta_enviada(telemetria.Desfecho.OK)
    nossos.update(enviado_em=agora, erro="")
    return True


def _carta(avisos: list[AvisoPorEmail]) -> EmailMessage:
    eventos = [aviso.evento for aviso in avisos]
    linhas = [
        (evento.cod_produto, evento.nome_produto, evento.get_tipo_display(), descrever(evento)) for evento in eventos
    ]
    assunto = f"{eventos[0].get_tipo_display()}: {eventos[0].cod_produto}"
    if len(eventos) > 1:
        assunto = f"{len(eventos)} mudanças de ruptura"
    texto = render_to_string(
        "projecao/aviso.txt", {"usuario": avisos[0].usuario, "linhas": linhas, "endereco": settings.ENDERECO_PUBLICO}
    )
    return EmailMessage(f"[Estoque projetado] {assunto}", texto, to=[avisos[0].usuario.email])
