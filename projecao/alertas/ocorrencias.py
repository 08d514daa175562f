"""The worklist: ruptures that planners take, comment, snooze and close, and that reopen when they come again.

receber     an event opens, reopens, notes or closes its product's item, in the transaction that distributes it
tratar      what a person does to one; each leaves a record of who and when
acordar     those snoozed until today come back
"""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from projecao import motor
from projecao.alertas import bordas
from projecao.conf import hoje
from projecao.excecoes import AcaoImpossivel
from projecao.models import EventoDeRuptura, Ocorrencia, RegistroDeOcorrencia

Estado = Ocorrencia.Estado
Acao = RegistroDeOcorrencia.Acao


# What ruptures do


def receber(eventos: list[EventoDeRuptura]) -> None:
    """A `distribuicao.Recebedor`."""
    cods = sorted({evento.cod_produto for evento in eventos})
    existentes = Ocorrencia.objects.filter(cod_produto__in=cods).order_by("cod_produto").select_for_update()
    itens = {item.cod_produto: item for item in existentes}
    for evento in eventos:
        item = itens.get(evento.cod_produto)
        if _comeca_ruptura(evento):
            itens[evento.cod_produto] = _abrir(item, evento)
        elif item is not None and item.estado != Estado.FECHADA:
            _acompanhar(item, evento)


def _comeca_ruptura(evento: EventoDeRuptura) -> bool:
    """Critical, or below zero later on. Being only below safety is no rupture; getting better is none either."""
    if evento.tipo == bordas.DETECTADA:
        return True
    return evento.tipo == bordas.ATENCAO and evento.status_anterior == motor.OK and evento.dia_ruptura is not None


def _abrir(item: Ocorrencia | None, evento: EventoDeRuptura) -> Ocorrencia:
    agora = timezone.now()
    if item is None:
        item = Ocorrencia.objects.create(
            cod_produto=evento.cod_produto, nome_produto=evento.nome_produto, evento=evento, aberta_em=agora
        )
        _registrar(item, Acao.ABRIU, texto=descrever(evento))
        return item
    item.evento, item.nome_produto = evento, evento.nome_produto or item.nome_produto
    if item.estado in (Estado.FECHADA, Estado.ADIADA):
        item.vezes += item.estado == Estado.FECHADA
        if item.estado == Estado.FECHADA:
            item.responsavel, item.aberta_em, item.fechada_em = None, agora, None
        item.estado = Estado.EM_ANDAMENTO if item.responsavel_id else Estado.ABERTA
        item.adiada_ate = None
        _registrar(item, Acao.REABRIU, texto=descrever(evento))
    else:
        _registrar(item, Acao.MUDOU, texto=descrever(evento))
    item.save()
    return item


def _acompanhar(item: Ocorrencia, evento: EventoDeRuptura) -> None:
    item.evento = evento
    if evento.tipo == bordas.RESOLVIDA:
        item.estado, item.fechada_em, item.adiada_ate = Estado.FECHADA, timezone.now(), None
        _registrar(item, Acao.FECHOU, texto=descrever(evento))
    else:
        _registrar(item, Acao.MUDOU, texto=descrever(evento))
    item.save()


def descrever(evento: EventoDeRuptura) -> str:
    """The event in a planner's sentence."""
    if evento.tipo == bordas.RESOLVIDA:
        return "A ruptura se resolveu."
    quando = f"ruptura em {evento.dia_ruptura:%d/%m/%Y}" if evento.dia_ruptura else "sem estoque para o que sai"
    if evento.tipo == bordas.MUDOU and evento.dia_anterior:
        return f"{evento.status_ruptura}: {quando} (antes, {evento.dia_anterior:%d/%m/%Y})."
    return f"{evento.status_ruptura}: {quando}."


def acordar() -> int:
    """Those snoozed until today, or a day that passed, come back; how many."""
    vencidas = Ocorrencia.objects.filter(estado=Estado.ADIADA, adiada_ate__lte=hoje())
    with transaction.atomic():
        itens = list(vencidas.order_by("cod_produto").select_for_update(skip_locked=True))
        for item in itens:
            item.estado = Estado.EM_ANDAMENTO if item.responsavel_id else Estado.ABERTA
            item.adiada_ate = None
            item.save(update_fields=["estado", "adiada_ate"])
            _registrar(item, Acao.RETOMOU, texto="O prazo do adiamento chegou.")
    return len(itens)


# What people do


class Pedido(NamedTuple):
    usuario: object
    texto: str = ""
    ate: date | None = None


def tratar(pk: int, acao: str, usuario, texto: str = "", ate: date | None = None) -> Ocorrencia:
    """Raises AcaoImpossivel, or Ocorrencia.DoesNotExist. Two people at once follow each other."""
    with transaction.atomic():
        item = Ocorrencia.objects.select_for_update().get(pk=pk)
        pedido = Pedido(usuario, texto.strip(), ate)
        ACOES[acao](item, pedido)
        item.save()
        _registrar(item, acao, usuario, _texto(acao, pedido))
    return item


def _texto(acao: str, pedido: Pedido) -> str:
    if acao == Acao.ADIOU:
        return f"Até {pedido.ate:%d/%m/%Y}. {pedido.texto}".strip()
    return pedido.texto


def _assumir(item: Ocorrencia, pedido: Pedido) -> None:
    _exigir_aberta(item)
    if item.responsavel_id == pedido.usuario.pk:
        raise AcaoImpossivel("Esta ocorrência já é sua.")
    if item.responsavel_id:
        raise AcaoImpossivel(f"{item.responsavel} já assumiu esta ocorrência.")
    item.responsavel, item.estado, item.adiada_ate = pedido.usuario, Estado.EM_ANDAMENTO, None


def _liberar(item: Ocorrencia, pedido: Pedido) -> None:
    _exigir_aberta(item)
    if not item.responsavel_id:
        raise AcaoImpossivel("Ninguém assumiu esta ocorrência.")
    item.responsavel = None
    if item.estado == Estado.EM_ANDAMENTO:
        item.estado = Estado.ABERTA


def _comentar(item: Ocorrencia, pedido: Pedido) -> None:
    if not pedido.texto:
        raise AcaoImpossivel("Escreva o comentário.")


def _adiar(item: Ocorrencia, pedido: Pedido) -> None:
    _exigir_aberta(item)
    if pedido.ate is None or pedido.ate <= hoje():
        raise AcaoImpossivel("Adie até uma data depois de hoje.")
    item.estado, item.adiada_ate = Estado.ADIADA, pedido.ate


def _retomar(item: Ocorrencia, pedido: Pedido) -> None:
    if item.estado != Estado.ADIADA:
        raise AcaoImpossivel("Esta ocorrência não está adiada.")
    item.estado = Estado.EM_ANDAMENTO if item.responsavel_id else Estado.ABERTA
    item.adiada_ate = None


def _fechar(item: Ocorrencia, pedido: Pedido) -> None:
    _exigir_aberta(item)
    item.estado, item.fechada_em, item.adiada_ate = Estado.FECHADA, timezone.now(), None


def _reabrir(item: Ocorrencia, pedido: Pedido) -> None:
    if item.estado != Estado.FECHADA:
        raise AcaoImpossivel("Esta ocorrência não está fechada.")
    item.estado = Estado.EM_ANDAMENTO if item.responsavel_id else Estado.ABERTA
    item.fechada_em, item.aberta_em = None, timezone.now()
    item.vezes += 1


def _exigir_aberta(item: Ocorrencia) -> None:
    if item.estado == Estado.FECHADA:
        raise AcaoImpossivel("Esta ocorrência está fechada. Reabra-a antes.")


ACOES: dict[str, Callable[[Ocorrencia, Pedido], None]] = {
    Acao.ASSUMIU: _assumir,
    Acao.LIBEROU: _liberar,
    Acao.COMENTOU: _comentar,
    Acao.ADIOU: _adiar,
    Acao.RETOMOU: _retomar,
    Acao.FECHOU: _fechar,
    Acao.REABRIU: _reabrir,
}


VERBOS = {
    "assumir": Acao.ASSUMIU,
    "liberar": Acao.LIBEROU,
    "comentar": Acao.COMENTOU,
    "adiar": Acao.ADIOU,
    "retomar": Acao.RETOMOU,
    "fechar": Acao.FECHOU,
    "reabrir": Acao.REABRIU,
}
"""What people ask for, as screens and API name it → what `tratar` takes."""


def possiveis(item: Ocorrencia) -> list[str]:
    """The VERBOS that `tratar` would take now, the date of a snooze apart."""
    if item.estado == Estado.FECHADA:
        return ["reabrir", "comentar"]
    return [
        "liberar" if item.responsavel_id else "assumir",
        "adiar",
        *(["retomar"] if item.estado == Estado.ADIADA else []),
        "fechar",
        "comentar",
    ]


def _registrar(item: Ocorrencia, acao: str, usuario=None, texto: str = "") -> None:
    RegistroDeOcorrencia.objects.create(ocorrencia=item, acao=acao, usuario=usuario, texto=texto)
