"""Every number that an installation may change, with its default and its meaning.

`estoque_site.settings` reads each one from the environment as `PROJECAO_<NOME>`; the code asks for
`ajustes.<NOME>`, which looks at Django's settings each time, so tests may override them.
The 29 days and the seven of `menor_estoque_7d` are not here: the columns' names promise them.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation


@dataclass(frozen=True)
class Ajuste:
    nome: str
    padrao: int | Decimal
    minimo: int | Decimal
    significado: str
    maximo: int | None = None

    @property
    def variavel(self) -> str:
        return f"PROJECAO_{self.nome}"

    def interpretar(self, texto: str) -> int | Decimal:
        """Raises ValueError, naming the variable, for what is no number or is too small or too large."""
        tipo = type(self.padrao)
        try:
            valor = tipo(texto.strip())
        except (ValueError, InvalidOperation):
            raise ValueError(f"{self.variavel}={texto!r} is not a valid {tipo.__name__}") from None
        if isinstance(valor, Decimal) and not valor.is_finite():
            raise ValueError(f"{self.variavel}={texto!r} is not a finite number")
        if valor < self.minimo:
            raise ValueError(f"{self.variavel}={texto!r} is below its minimum, {self.minimo}")
        if self.maximo is not None and valor > self.maximo:
            raise ValueError(f"{self.variavel}={texto!r} is above its maximum, {self.maximo}")
        return valor


AJUSTES = {
    ajuste.nome: ajuste
    for ajuste in (
        Ajuste("ESTOQUE_ATENCAO", Decimal(10), Decimal(0), "safety stock of a product that has none of its own"),
        Ajuste("PRODUCAO_DIAS_ATE_DISPONIVEL", 0, 0, "days between a production's date and its stock being usable"),
        Ajuste("VALIDADE_MINUTOS", 15, 1, "age at which a materialised row is refreshed"),
        Ajuste("LOTE", 1000, 1, "products recalculated in one transaction"),
        Ajuste("NOVA_TENTATIVA_SEGUNDOS", 30, 1, "wait before a product that failed is tried again; doubles each time"),
        Ajuste("NOVA_TENTATIVA_MAXIMA_SEGUNDOS", 900, 1, "longest wait before a product that failed is tried again"),
        Ajuste("MEMORIA_CAPACIDADE", 100, 1, "products kept in the memory tier"),
        Ajuste("MEMORIA_TTL_SEGUNDOS", 300, 1, "life of an entry of the memory tier"),
        Ajuste("REDIS_TIMEOUT_SEGUNDOS", Decimal("0.3"), Decimal("0.01"), "connect and read timeout towards Redis"),
        Ajuste(
            "REDIS_PAUSA_SEGUNDOS", Decimal(2), Decimal(0), "pause after an error of Redis before it is asked again"
        ),
        Ajuste("PENDENTES_NA_LISTA", 5000, 0, "marked products that a listing still computes and sorts on the spot"),
        Ajuste("PAGINA", 50, 1, "products on a page of the API, unless asked otherwise"),
        Ajuste("PAGINA_MAXIMA", 1000, 1, "most products that a page of the API may hold"),
        Ajuste("RECALCULAR_POR_MINUTO", 60, 1, "forced recalculations that one user may ask for in a minute"),
        Ajuste("LOGIN_POR_MINUTO", 10, 1, "tries at a token that one address may make in a minute"),
        Ajuste("LOGIN_TENTATIVAS", 5, 1, "wrong passwords of one user from one address before both have to wait"),
        Ajuste("LOGIN_BLOQUEIO_MINUTOS", 15, 1, "minutes that they then have to wait"),
        Ajuste("SAUDE_BATIMENTO_SEGUNDOS", 120, 30, "silence of the workers after which /saude answers 503"),
        Ajuste("SAUDE_MARCA_SEGUNDOS", 120, 30, "wait of a marked product after which /saude answers 503"),
        Ajuste("ALERTA_ESPERA_SEGUNDOS", 0, 0, "how long a rupture's change must hold before anybody is told"),
        Ajuste("ALERTA_DIAS_MUDANCA", 1, 1, "days by which a rupture must move to be news"),
        Ajuste("ALERTA_RESUMO_HORA", 7, 0, "hour of the day (local) at which the daily e-mails leave", 23),
        Ajuste("HISTORICO_DIAS", 30, 29, "days whose projection is kept before months sum it up"),
        Ajuste("REGISTRO_DIAS", 30, 1, "days that runs of jobs, and work that people asked for, are remembered"),
        Ajuste("TRABALHO_SILENCIO_SEGUNDOS", 60, 15, "silence after which the worker of a running work is held dead"),
    )
}


class Ajustes:
    def __getattr__(self, nome: str):
        from django.conf import settings

        if nome not in AJUSTES:
            raise AttributeError(nome)
        return getattr(settings, f"PROJECAO_{nome}", AJUSTES[nome].padrao)


ajustes = Ajustes()


def estoque_de_seguranca(proprio: Decimal | None) -> Decimal:
    """A product's own safety stock or, if it has none or is not registered, the installation's."""
    return ajustes.ESTOQUE_ATENCAO if proprio is None else proprio


def hoje() -> date:
    """D0: the local date in TIME_ZONE (SPEC.md section 3)."""
    from django.utils import timezone

    return timezone.localdate()
