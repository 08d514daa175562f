"""Third tier: the rendered answers of the most read products, in Redis (docs/decisions/0004).

It may only ever cost speed. Three rules keep it from serving what is no longer true:

- *Tickets.* A reader that missed takes a ticket before it looks at the database. What it brings back is
  kept only if none of the product's codes was forgotten since (`guardar.lua`).
- *Generations.* If forgetting fails because Redis is away, the generation of all keys, which the database
  holds, is raised: what Redis remembers when it returns is never looked at again.
- *Lease.* Readers learn the generation from a key of Redis that lives shorter than the time after which a
  silent Redis counts as away, so an outage always sends them back to the database first.

Without REDIS_URL the tier is off. After an error Redis is left alone for a moment (circuit breaker).
"""

import logging
import time
from collections.abc import Iterable, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django_redis import get_redis_connection
from redis.exceptions import RedisError

from projecao import telemetria
from projecao.conf import ajustes
from projecao.models import EstadoInterno

logger = logging.getLogger(__name__)

FORMATO = 1
"""Raise it when the rendered bodies change shape: an upgrade must not serve the old one's."""
BASE = f"{{estoque-projetado}}:{FORMATO}:"  # the braces keep every key in one slot of a Redis Cluster
INICIO = BASE + "inicio"
VEZ, SEQUENCIA, CONTADORES, USO = BASE + "vez", BASE + "sequencia", BASE + "contadores", BASE + "uso"
GERACAO, ENTRADA, ESQUECIDO = BASE + "geracao", BASE + "produto:", BASE + "esquecido:"

VIDA_DA_RECUSA_MS = 600_000
"""Longer than any reader takes between its ticket and its answer."""
LOTE = 500


class Leitura(NamedTuple):
    corpo: bytes | None = None
    geracao: int | None = None
    bilhete: int | None = None
    """None: nothing may be kept (the tier is off, or just answered)."""


class Guardado(NamedTuple):
    """A product that the tier holds, as `conteudo` found it."""

    cod_produto: str
    sem_uso_segundos: float
    resta_segundos: float
    """Until it leaves; 0 if its life is over, and only its place in the order of use is left."""
    bytes: int


class Estado(StrEnum):
    LIGADA = "ligada"
    DESLIGADA = "desligada"
    INDISPONIVEL = "indisponível"


class Indisponivel(Exception):
    """Redis did not answer, or is being left alone after it did not."""


class Disjuntor:
    """One per process. Every call to a hung server costs its timeout: after an error, wait before the next."""

    def __init__(self):
        self._aberto_ate = 0.0

    def exigir(self) -> None:
        if time.monotonic() < self._aberto_ate:
            raise Indisponivel

    def abrir(self) -> None:
        self._aberto_ate = time.monotonic() + float(ajustes.REDIS_PAUSA_SEGUNDOS)

    def fechar(self) -> None:
        self._aberto_ate = 0.0


@cache
def _script(nome: str):
    return get_redis_connection("default").register_script(
        (Path(__file__).parent / "lua" / f"{nome}.lua").read_text(encoding="utf-8")
    )


def _agora_ms() -> int:
    return int(time.time() * 1000)


class CacheMemoria:
    def __init__(self):
        self.disjuntor = Disjuntor()

    @property
    def ligada(self) -> bool:
        return bool(settings.REDIS_URL)

    def ler(self, cod: str, forma: str, dia: date) -> Leitura:
        """The rendered `forma` of a product for this D0, or the ticket with which to keep it."""
        if not self.ligada:
            return Leitura()
        try:
            geracao, corpo, bilhete = self._ler(cod, forma, dia)
            if geracao is None:
                self._renovar(bilhete)
                geracao, corpo, bilhete = self._ler(cod, forma, dia)
        except Indisponivel:
            return Leitura()
        if geracao is None or bilhete is None:
            return Leitura(corpo)
        return Leitura(corpo, int(geracao), int(bilhete))

    def _ler(self, cod, forma, dia):
        chaves = [VEZ, SEQUENCIA, CONTADORES, ENTRADA, USO, INICIO]
        return self._executar("ler", chaves, [cod, forma, dia.isoformat(), _agora_ms()])

    def _renovar(self, relogio_ms: int) -> None:
        """Renew the lease under the database's generation, from a moment of Redis' own clock."""
        # That moment lies before the database was asked: a lease that reaches a stalled Redis late is already over.
        fim = relogio_ms + int(ajustes.REDIS_TIMEOUT_SEGUNDOS * 800)
        geracao = self._geracao_do_banco().get()
        self._executar("renovar", [VEZ, GERACAO], [geracao, fim])

    @staticmethod
    def _geracao_do_banco():
        return EstadoInterno.objects.filter(nome=EstadoInterno.Nome.MEMORIA).values_list("valor", flat=True)

    def guardar(self, leitura: Leitura, forma: str, dia: date, codigos: Sequence[str], corpo: bytes) -> None:
        """Keep what a reader computed after `leitura`. `codigos`: all codes counted, the product's own first."""
        if leitura.bilhete is None:
            return
        argumentos = [leitura.geracao, leitura.bilhete, forma, corpo, dia.isoformat(), _agora_ms()]
        argumentos += [ajustes.MEMORIA_TTL_SEGUNDOS * 1000, ajustes.MEMORIA_CAPACIDADE, *codigos]
        with suppress(Indisponivel):  # the reader has its answer
            chaves = [GERACAO, SEQUENCIA, CONTADORES, ENTRADA, USO, ESQUECIDO, INICIO]
            self._executar("guardar", chaves, argumentos)

    def esquecer(self, cods: Iterable[str]) -> None:
        """Call after the commit that changed these products (any of their codes)."""
        if not self.ligada:
            return
        cods = list(cods)
        try:
            for inicio in range(0, len(cods), LOTE):
                lote = cods[inicio : inicio + LOTE]
                self._executar("esquecer", [GERACAO, SEQUENCIA, ENTRADA, USO, ESQUECIDO], [VIDA_DA_RECUSA_MS, *lote])
        except Indisponivel:
            self.trocar_geracao()

    def trocar_geracao(self) -> None:
        """Whatever Redis holds is not looked at again, once the lease has run out."""
        memoria = EstadoInterno.objects.filter(nome=EstadoInterno.Nome.MEMORIA)
        memoria.update(valor=F("valor") + 1, em=timezone.now())

    def recomecar(self) -> None:
        """The database may be another than the one that Redis remembers: restored from a backup, or upgraded.

        A restored one also restores an old generation, so the new one comes from the clock.
        """
        memoria = EstadoInterno.objects.filter(nome=EstadoInterno.Nome.MEMORIA)
        memoria.update(valor=Greatest(F("valor") + 1, Value(_agora_ms())), em=timezone.now())

    def status(self) -> dict:
        """What `cache/status` shows of this tier. Counters are since Redis last started empty."""
        resumo = {"estado": Estado.DESLIGADA, "chaves": 0, "capacidade": ajustes.MEMORIA_CAPACIDADE}
        resumo |= {"ttl_segundos": ajustes.MEMORIA_TTL_SEGUNDOS, "acertos": 0, "faltas": 0, "despejos": 0}
        resumo["taxa_acerto"] = None
        if not self.ligada:
            return resumo
        try:
            chaves, contadores = self._contar()
        except Indisponivel:
            return resumo | {"estado": Estado.INDISPONIVEL}
        resumo |= {"estado": Estado.LIGADA, "chaves": chaves} | contadores
        leituras = resumo["acertos"] + resumo["faltas"]
        return resumo | {"taxa_acerto": round(resumo["acertos"] / leituras, 4) if leituras else None}

    def _contar(self) -> tuple[int, dict[str, int]]:
        expiradas = _agora_ms() - ajustes.MEMORIA_TTL_SEGUNDOS * 1000
        with self._redis(), get_redis_connection("default").pipeline(transaction=False) as tubo:
            tubo.zcount(USO, expiradas, "+inf")
            tubo.hgetall(CONTADORES)
            chaves, contadores = tubo.execute()
        return chaves, {nome.decode(): int(valor) for nome, valor in contadores.items()}

    def conteudo(self, limite: int) -> list[Guardado]:
        """What the tier holds, most recently used first; nothing if it is off or unavailable. One round trip."""
        geracao = self._geracao_do_banco().first() if self.ligada else None
        if geracao is None:
            return []
        agora = _agora_ms()
        try:
            desde = agora - ajustes.MEMORIA_TTL_SEGUNDOS * 1000
            achados = self._executar("conteudo", [USO, ENTRADA], [geracao, desde, limite])
        except Indisponivel:
            return []
        return [
            Guardado(cod.decode(), max(0, agora - float(usado)) / 1000, max(0, resta) / 1000, tamanho)
            for cod, usado, resta, tamanho in achados
        ]

    def _executar(self, nome: str, chaves: Sequence[str], argumentos: Sequence):
        with self._redis():
            return _script(nome)(keys=chaves, args=argumentos)

    @contextmanager
    def _redis(self):
        """One call to Redis, if it may be called. Raises Indisponivel."""
        self.disjuntor.exigir()
        try:
            yield
        except RedisError as erro:
            self.disjuntor.abrir()
            telemetria.redis_falhou()
            logger.warning("memory tier: Redis does not answer (%s)", erro)
            raise Indisponivel from erro


cache_memoria = CacheMemoria()
