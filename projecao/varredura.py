"""Python's garbage collector, kept from looking again and again at what is in memory to stay."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def sem_varrer_a_memoria() -> Iterator[None]:
    """What was there before the block is left alone within it: of thousands of rows made, a third of the time."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
