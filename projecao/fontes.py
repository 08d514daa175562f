"""What feeds a projection: sources of demand (what leaves) and of supply (what production adds).

The core knows no orders and no plans. Each app describes its own as a source, and the installation
lists them in `settings.PROJECAO_FONTES` (dotted paths; a system check loads them at start).
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.module_loading import import_string

Parcela = tuple[str, date | None, int]
"""Code, day (None: no date), thousandths. A plain tuple, as it comes from the database: a portfolio has a million."""


class Documento(NamedTuple):
    """One document behind a day's figure. `quantidade` is in thousandths; `data` is its own date, late or not."""

    origem: str
    cod_produto: str
    data: date | None
    quantidade: int
    id: int
    num_pedido: str = ""
    separacao_lote_id: str | None = None
    cliente: str = ""
    cidade: str = ""
    uf: str = ""
    linha_producao: str = ""


class TelaDoPedido(NamedTuple):
    """An address of the admin that takes an order's number, and the permission that opens it."""

    nome: str
    permissao: str


class Fonte(ABC):
    """The two questions of the engine, each answered in one query whatever the number of codes.

    `cods` are raw codes; None means all. Both answers hold the same rows: grouped, and one by one.
    """

    origem: str
    """Key of the source in the API (SPEC.md section 6, `documentos`)."""

    modelo: type[Model] | None = None
    """What its documents are rows of (`Documento.id` is their key): screens name and link them by it."""

    tela_do_pedido: TelaDoPedido | None = None
    """Where the order that a document names is opened."""

    @abstractmethod
    def quantidades(self, cods: Collection[str] | None, hoje: date) -> Iterable[Parcela]:
        """How much, of which code, on which day."""

    @abstractmethod
    def documentos(
        self, cods: Collection[str] | None, hoje: date, num_pedido: str | None = None
    ) -> Iterable[Documento]:
        """What makes up those quantities; with `num_pedido`, only what is of that order."""

    def nomes(self, cods: Collection[str]) -> dict[str, str]:
        """Names that the source's documents give to products; for those that nobody registered."""
        return {}

    def linhas(self, cods: Collection[str]) -> dict[str, str]:
        """The production line of each product, where the source knows it."""
        return {}

    def linhas_conhecidas(self) -> Iterable[str]:
        return ()

    def codigos_da_linha(self, linha: str) -> QuerySet | Collection[str]:
        """The codes to which `linhas` gives this line: however many, so preferably as a subquery."""
        return ()


class FonteDeDemanda(Fonte):
    sem_data_sai_hoje = False
    """Whether what has no date leaves today; otherwise it leaves on no day and is counted apart."""


class FonteDeProducao(Fonte):
    pass


class Fontes(NamedTuple):
    demanda: tuple[FonteDeDemanda, ...]
    producao: tuple[FonteDeProducao, ...]

    @property
    def todas(self) -> tuple[Fonte, ...]:
        return (*self.demanda, *self.producao)


def carregar() -> Fontes:
    return _carregar(tuple(settings.PROJECAO_FONTES))


@lru_cache(maxsize=8)
def _carregar(caminhos: tuple[str, ...]) -> Fontes:
    """Raises ImportError or TypeError for what is no source."""
    fontes = [import_string(caminho)() for caminho in caminhos]
    for caminho, fonte in zip(caminhos, fontes, strict=True):
        if not isinstance(fonte, FonteDeDemanda | FonteDeProducao):
            raise TypeError(f"{caminho} is neither a FonteDeDemanda nor a FonteDeProducao")
    return Fontes(
        tuple(fonte for fonte in fontes if isinstance(fonte, FonteDeDemanda)),
        tuple(fonte for fonte in fontes if isinstance(fonte, FonteDeProducao)),
    )


def nomes(cods: Collection[str]) -> dict[str, str]:
    """The first name that any source has for each code; a query per source."""
    achados: dict[str, str] = {}
    for fonte in carregar().todas:
        for cod, nome in fonte.nomes(cods).items():
            if nome:
                achados.setdefault(cod, nome)
    return achados
