"""What is known to be committed, shared by processes without a lock: a file of numbers, each of one writer alone."""

import mmap
from pathlib import Path

PRODUTOS = [f"Q{n:02}" for n in range(20)]
ESCRITORES = 8


class Contadores:
    """Units that each writer has brought into each product's stock and knows to be committed."""

    def __init__(self, arquivo: Path):
        if not arquivo.exists():
            arquivo.write_bytes(bytes(8 * ESCRITORES * len(PRODUTOS)))
        with arquivo.open("r+b") as aberto:
            self._numeros = memoryview(mmap.mmap(aberto.fileno(), 0)).cast("q")

    def somar(self, escritor: int, produto: int, unidades: int) -> None:
        self._numeros[escritor * len(PRODUTOS) + produto] += unidades

    def piso(self, produto: int) -> int:
        """The least that a read which begins now may show as the stock of this product."""
        return sum(self._numeros[produto :: len(PRODUTOS)])
