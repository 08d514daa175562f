"""Tasks that kill the worker that runs them."""

import os
import signal

from django.db import transaction

from projecao import fila, recalculo


def morrer() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def morrer_no_meio() -> None:
    """With a chunk computed and written, and nothing of it committed."""
    with transaction.atomic():
        cods = sorted({marca.cod_produto for marca in fila.tomar(100)})
        recalculo._materializar(cods, [])
        morrer()
