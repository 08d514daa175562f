"""One id from a request to the work it caused: in its answer (X-Request-Id), its lines of the log and its tasks.

A bell carries the id of the request that rang it. While it waits for a worker others do not ring (single flight), so
their products are recalculated under that id; their own lines say when they were written.
"""

import re
import uuid

from django.utils.functional import SimpleLazyObject
from django_q.signals import post_execute_in_worker, pre_enqueue, pre_execute
from django_structlog.middlewares import RequestMiddleware
from django_structlog.signals import (
    bind_extra_request_finished_metadata,
    bind_extra_request_metadata,
    update_failure_response,
)
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

ID = "request_id"
ACEITO = re.compile(r"[\w.:-]{1,64}", re.ASCII)
SEM_LINHA = frozenset({"/metrics"})
"""What a machine asks every few seconds. Only that it was refused, or failed, is worth a line."""


class Pedidos(RequestMiddleware):
    def handle_response(self, request, response):
        if request.path_info in SEM_LINHA and response.status_code == 200:
            clear_contextvars()
        else:
            super().handle_response(request, response)


def conectar() -> None:
    for sinal, receptor in (
        (bind_extra_request_metadata, ao_chegar),
        (bind_extra_request_finished_metadata, ao_responder),
        (update_failure_response, ao_responder),
        (pre_enqueue, ao_enfileirar),
        (pre_execute, ao_executar),
        (post_execute_in_worker, ao_concluir),
    ):
        sinal.connect(receptor, dispatch_uid=f"estoque_site.rastro.{id(sinal)}")


def ao_chegar(request, **kwargs) -> None:
    # A proxy's id is taken over only if it cannot be mistaken for anything else in a log.
    if not ACEITO.fullmatch(get_contextvars()[ID]):
        bind_contextvars(**{ID: str(uuid.uuid4())})


def ao_responder(request, response, **kwargs) -> None:
    response["X-Request-Id"] = get_contextvars()[ID]
    # Only if somebody has asked who it is: this must not be a query of its own, least of all when the database is away.
    usuario = getattr(request, "_cached_user", None) or request.__dict__.get("user")
    if usuario is not None and not isinstance(usuario, SimpleLazyObject) and usuario.pk:
        bind_contextvars(usuario=usuario.pk)


def ao_enfileirar(task, **kwargs) -> None:
    if de := get_contextvars().get(ID):
        task[ID] = de


def ao_executar(task, **kwargs) -> None:
    clear_contextvars()
    bind_contextvars(tarefa=task["id"], **({ID: task[ID]} if ID in task else {}))


def ao_concluir(**kwargs) -> None:
    clear_contextvars()
