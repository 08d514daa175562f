"""What a kind of file holds, said once: a subclass per TIPO lists its columns and key, and the rules of its own.

A class describes the kind; an instance is one file of it, and knows which columns that file has.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, Model, Q, QuerySet
from django.utils.text import capfirst

from projecao.importacao.coluna import Coluna, Leitor
from projecao.importacao.erros import ArquivoInvalido, ErroDeLinha, ValorInvalido
from projecao.importacao.valores import escrever, normalizar
from projecao.unidades import em_portugues

Valores = dict[str, Any]
"""Field → value, for the columns that the file has."""
Mudancas = dict[str, tuple[Any, Any]]
"""Field → (stored, new), for the columns that differ."""


@dataclass(slots=True)
class Linha:
    """A good row of the file."""

    numero: int
    valores: Valores
    identidade: Hashable = None


class Planilha:
    tipo: str
    ajuda: str = ""
    """What the file holds, in a sentence for whoever sends it."""
    modelo: type[Model]
    colunas: tuple[Coluna, ...]
    chave: tuple[str, ...]
    """The fields that say which stored row a row of the file is."""
    busca: str
    """The field by whose values stored rows are fetched, many at a time."""
    repete: bool = False
    """A key may occur many times: the nth of the file is the nth stored, by id."""

    def __init__(self, cabecalho: list[str]):
        """Raises ArquivoInvalido for a header that cannot be this kind's."""
        self.cabecalho = cabecalho
        self.posicoes = self._reconhecer(cabecalho)
        self._exigir()

    @classmethod
    def titulo_do_tipo(cls) -> str:
        return capfirst(cls.modelo._meta.verbose_name_plural)

    def _reconhecer(self, cabecalho: list[str]) -> dict[str, int]:
        campos = {normalizar(nome): coluna.campo for coluna in self.colunas for nome in (coluna.campo, *coluna.nomes)}
        posicoes: dict[str, int] = {}
        for posicao, titulo in enumerate(cabecalho):
            campo = campos.get(normalizar(titulo))
            if campo in posicoes:
                raise ArquivoInvalido(
                    f'As colunas "{cabecalho[posicoes[campo]]}" e "{titulo}" são a mesma ({campo}). Deixe só uma.'
                )
            if campo:
                posicoes[campo] = posicao
        return posicoes

    def _exigir(self) -> None:
        faltam = [c.rotulo for c in self.colunas if c.obrigatoria and c.campo not in self.posicoes]
        if not faltam and not self.posicoes.keys() & set(self.chave):
            faltam = [c.rotulo for c in self.colunas if c.campo in self.chave]
        if faltam:
            raise ArquivoInvalido(f"Faltam colunas no arquivo de {self.tipo}: {', '.join(faltam)}.")

    def tem(self, campo: str) -> bool:
        return campo in self.posicoes

    def titulo(self, campo: str) -> str:
        """The header of a field's column, as the file has it."""
        return self.cabecalho[self.posicoes[campo]] if self.tem(campo) else campo

    @property
    def ignoradas(self) -> list[str]:
        conhecidas = set(self.posicoes.values())
        return [titulo for posicao, titulo in enumerate(self.cabecalho) if titulo and posicao not in conhecidas]

    def leitores(self) -> list[tuple[str, int, Leitor]]:
        """(field, position in the row, reader of its cell) of each column that the file has."""
        return [
            (coluna.campo, self.posicoes[coluna.campo], coluna.leitor(self.modelo._meta.get_field(coluna.campo)))
            for coluna in self.colunas
            if self.tem(coluna.campo)
        ]

    def posicoes_de_numeros(self) -> list[int]:
        campos = self.modelo._meta.get_field
        return [posicao for campo, posicao in self.posicoes.items() if isinstance(campos(campo), DecimalField)]

    def descrever(self, objeto: Model) -> str:
        """A stored row, by its key: for people."""
        valores = (vars(objeto)[campo] for campo in self.chave)
        partes = [em_portugues(valor) if isinstance(valor, Decimal) else escrever(valor) for valor in valores]
        return " · ".join(parte for parte in partes if parte)

    # The rules of a kind

    def revisar(self, valores: Valores) -> Iterable[ValorInvalido]:
        """Rules between the columns of a row; may complete its values."""
        return ()

    def base(self, valores: Mapping[str, Any]) -> tuple:
        """The key of a row of the file, or of a stored one (its `vars`)."""
        return tuple(valores[campo] for campo in self.chave if self.tem(campo))

    def identidade(self, base: tuple, ordem: int) -> Hashable:
        """Of the row that is number `ordem` (from 0) among those of the same key."""
        return base, ordem

    def grupo(self, linha: Linha) -> Hashable:
        """What the stored row is fetched by."""
        return linha.valores[self.busca]

    def filtro(self, grupos: Collection[Any]) -> Q:
        return Q(**{f"{self.busca}__in": grupos})

    def guardadas(self, conjunto: QuerySet) -> dict[Hashable, Model]:
        """Stored rows by identity. One query."""
        vistas: Counter[tuple] = Counter()
        achadas = {}
        for objeto in conjunto.order_by("pk"):
            base = self.base(vars(objeto))
            achadas[self.identidade(base, vistas[base])] = objeto
            vistas[base] += 1
        return achadas

    def validar(self, linhas: list[Linha]) -> list[ErroDeLinha]:
        """Rules between rows, those of the file and those stored; asked again without the rows it refused."""
        return []

    def criar(self, linha: Linha) -> Model | None:
        """The new row; None if there is nothing to create. Raises ValorInvalido."""
        return self.modelo(**linha.valores)

    def mudancas(self, objeto: Model, valores: Valores) -> Mudancas:
        """What the file changes in the stored row."""
        return {campo: (atual, valor) for campo, valor in valores.items() if (atual := getattr(objeto, campo)) != valor}

    def preservados(self, objeto: Model, valores: Valores) -> int:
        """How many values of the stored row stay although the file has others."""
        return 0


class PlanilhaCompleta(Planilha, ABC):
    """A kind whose file may stand for all there is (`--substituir`)."""

    exclui: bool = False
    """What is gone from the file is deleted; otherwise it becomes inactive."""
    o_que_sai: str = "o que o arquivo não traz sai"
    """For whoever is about to ask for it."""

    @abstractmethod
    def substituiveis(self, linhas: list[Linha]) -> QuerySet:
        """The stored rows that a file with these rows stands for: those not in it go."""

    @abstractmethod
    def retirar(self, conjunto: QuerySet) -> None:
        """Take stored rows out of use."""
