"""Deliveries: made when an event is distributed, tried until they arrive, at least once each.

    receber     an event's deliveries, in the transaction that distributes it
    entregar    claim (a lease), send outside any transaction, store the answer

A crash between sending and storing sends again, under the same `webhook-id`. Deliveries of one product to one
destination are in order: none is tried while an older one still waits.
"""

import logging
import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django_q.tasks import async_task

from projecao import telemetria
from projecao.alertas.eventos import TAREFA
from projecao.alertas.webhooks import mensagem, rede
from projecao.banco import em_lotes
from projecao.models import DestinoWebhook, EntregaWebhook, EstadoInterno, EventoDeRuptura

logger = logging.getLogger(__name__)

Estado = EntregaWebhook.Estado
ESPERAS = [timedelta(seconds=5), *(timedelta(minutes=m) for m in (5, 30)), *(timedelta(hours=h) for h in (2, 5, 10))]
"""After the first failure, the second, … ; after the last, it is given up."""
VARIACAO = 0.2
"""Part of a wait that is left to chance, so that what failed together does not come back together."""
AO_MESMO_TEMPO = 8
RESERVA = timedelta(seconds=60)
"""For how long a worker that took a delivery has it to itself: well over the time that sending may take."""
TURNO = 20
"""Seconds after which a run stops taking more; the sweep goes on."""
TURNO_PERDIDO = timedelta(seconds=90)
"""A turn that has not ended after so long was that of a worker that died."""
ESPERA_CURTA = 6
"""A run waits so many seconds for what is about to be due: the first retry should not wait for the sweep."""
FOI_EMBORA = 410


def receber(eventos: list[EventoDeRuptura]) -> None:
    """A `distribuicao.Recebedor`."""
    agora, destinos = timezone.now(), list(DestinoWebhook.objects.filter(ativo=True))
    EntregaWebhook.objects.bulk_create(
        [
            EntregaWebhook(destino=destino, evento=evento, cod_produto=evento.cod_produto, proxima_em=agora)
            for evento in eventos
            for destino in destinos
            if destino.quer(evento)
        ],
        ignore_conflicts=True,
    )


def entregar() -> int:
    """Send what is due; how many arrived. One run at a time: slow receivers must not keep every worker busy."""
    chegaram = 0
    while _comecar_turno():
        try:
            chegaram += _entregar()
        finally:
            _terminar_turno()
        # Whoever found our turn taken a moment ago has left what he had to us.
        if not _devidas().exists():
            break
    return chegaram


def _comecar_turno() -> bool:
    agora = timezone.now()
    turno, _ = EstadoInterno.objects.get_or_create(nome=EstadoInterno.Nome.ENTREGAS)
    livre = EstadoInterno.objects.filter(Q(valor=0) | Q(em__lt=agora - TURNO_PERDIDO), pk=turno.pk)
    return bool(livre.update(valor=1, em=agora))


def _terminar_turno() -> None:
    EstadoInterno.objects.filter(nome=EstadoInterno.Nome.ENTREGAS).update(valor=0)


def _entregar() -> int:
    chegaram, fim = 0, time.monotonic() + TURNO
    with ThreadPoolExecutor(AO_MESMO_TEMPO, thread_name_prefix="webhook") as linhas:
        while time.monotonic() < fim:
            tomadas = _tomar()
            if tomadas:
                # Threads only speak HTTP: the database is this thread's.
                chegaram += sum(map(_anotar, tomadas, linhas.map(_enviar, tomadas)))
            elif not _esperar_proxima(fim):
                break
    return chegaram


def reenviar(*entregas: EntregaWebhook) -> None:
    """A person asks for them again, whatever came of them: from the first attempt, under the same ids."""
    for lote in em_lotes([entrega.pk for entrega in entregas]):
        EntregaWebhook.objects.filter(pk__in=lote).update(
            estado=Estado.PENDENTE, tentativas=0, proxima_em=timezone.now(), tomada_ate=None
        )
    transaction.on_commit(lambda: async_task(TAREFA), robust=True)


def esquecer_antigas(limite) -> int:
    """Events, with their deliveries, of before `limite` for which nothing is to be done any more."""
    por_entregar = EntregaWebhook.objects.filter(evento=OuterRef("pk"), estado=Estado.PENDENTE)
    antigos = EventoDeRuptura.objects.filter(criado_em__lt=limite).exclude(estado=EventoDeRuptura.Estado.PENDENTE)
    return antigos.exclude(Exists(por_entregar)).delete()[0]


def _por_entregar():
    agora = timezone.now()
    anteriores = EntregaWebhook.objects.filter(
        destino=OuterRef("destino"), cod_produto=OuterRef("cod_produto"), estado=Estado.PENDENTE, id__lt=OuterRef("id")
    )
    return (
        EntregaWebhook.objects.filter(estado=Estado.PENDENTE, destino__ativo=True)
        .filter(Q(tomada_ate=None) | Q(tomada_ate__lt=agora))
        .exclude(Exists(anteriores))
    )


def _devidas():
    return _por_entregar().filter(proxima_em__lte=timezone.now())


@transaction.atomic
def _tomar() -> list[EntregaWebhook]:
    agora = timezone.now()
    tomadas = list(_devidas().order_by("id").select_for_update(skip_locked=True, of=("self",))[:AO_MESMO_TEMPO])
    EntregaWebhook.objects.filter(pk__in=[entrega.pk for entrega in tomadas]).update(tomada_ate=agora + RESERVA)
    return list(
        EntregaWebhook.objects.filter(pk__in=[entrega.pk for entrega in tomadas])
        .select_related("destino", "evento")
        .order_by("id")
    )


def _esperar_proxima(fim: float) -> bool:
    """Whether something is due in a moment; waits for it."""
    proxima = _por_entregar().order_by("proxima_em").values_list("proxima_em", flat=True).first()
    falta = (proxima - timezone.now()).total_seconds() if proxima else ESPERA_CURTA + 1
    if falta > ESPERA_CURTA or time.monotonic() + falta > fim:
        return False
    time.sleep(max(0.05, falta))
    return True


def _enviar(entrega: EntregaWebhook) -> rede.Resposta:
    agora, corpo = timezone.now(), mensagem.corpo(entrega.evento)
    cabecalhos = mensagem.cabecalhos(entrega.id_da_mensagem, corpo, entrega.destino.segredos(agora), agora)
    return rede.postar(entrega.destino.endereco, corpo, cabecalhos)


@transaction.atomic
def _anotar(entrega: EntregaWebhook, resposta: rede.Resposta) -> bool:
    """Store what came of it; whether it arrived."""
    nossa = EntregaWebhook.objects.filter(pk=entrega.pk, tomada_ate=entrega.tomada_ate)
    if not nossa.select_for_update().exists():
        return False  # asked for again, or taken over, meanwhile: whoever has it now stores its outcome
    agora = timezone.now()
    tentativa = {
        "em": agora.isoformat(),
        "status": resposta.status,
        "resposta": resposta.texto,
        "erro": resposta.erro,
        "ms": round(resposta.ms, 1),
    }
    entrega.tentativas += 1
    entrega.registro = [*entrega.registro, tentativa]
    entrega.tomada_ate = entrega.proxima_em = None
    chegou = resposta.chegou
    if chegou:
        entrega.estado, entrega.entregue_em = Estado.ENTREGUE, agora
    elif resposta.status == FOI_EMBORA:
        entrega.estado = Estado.DESISTIU
        _desativar(entrega.destino_id)
    elif entrega.tentativas > len(ESPERAS):
        entrega.estado = Estado.DESISTIU
    else:
        espera = ESPERAS[entrega.tentativas - 1]
        entrega.proxima_em = agora + espera * random.uniform(1, 1 + VARIACAO)
    entrega.save(update_fields=["tentativas", "registro", "tomada_ate", "proxima_em", "estado", "entregue_em"])
    transaction.on_commit(lambda: telemetria.entrega_tentada(entrega.estado, resposta.ms / 1000), robust=True)
    if not chegou:
        logger.warning("webhook %s, attempt %d: %s", entrega.id_da_mensagem, entrega.tentativas, resposta.erro)
    return chegou


def _desativar(destino_id: int) -> None:
    """410 Gone: the receiver asks never to be told again."""
    DestinoWebhook.objects.filter(pk=destino_id).update(
        ativo=False, motivo_desativacao="O servidor respondeu 410: este endereço não existe mais."
    )
    EntregaWebhook.objects.filter(destino=destino_id, estado=Estado.PENDENTE).update(
        estado=Estado.CANCELADA, proxima_em=None, tomada_ate=None
    )
