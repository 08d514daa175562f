"""Portfolio listings: filtered, sorted and paged by the database from the materialised rows.

Products that are marked and not recomputed yet are left out of the database's answer, computed now, and
merged in where they belong, so a listing is as true as a single read. That is done for at most
PROJECAO_PENDENTES_NA_LISTA of them (an import marks a whole portfolio for some seconds); beyond that the
figures shown are still computed now, and checked against the filter again, but order and membership are those
of the stored rows until the queue has drained: a page may be short, and a product without a row is not there yet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cmp_to_key
from heapq import merge

from django.db.models import F, Q

from projecao import motor, servico
from projecao.banco import na_ordem_do_python
from projecao.conf import ajustes, hoje
from projecao.models import EstoqueProjecaoCache, RecalculoPendente, UnificacaoCodigos
from projecao.models.busca import simplificar
from projecao.unidades import quantidade

CAMPOS = (
    "cod_produto",
    "nome_produto",
    "estoque_atual",
    "menor_estoque_7d",
    "producao_hoje",
    "dia_ruptura",
    "status_ruptura",
)
TEXTOS = ("cod_produto", "nome_produto", "status_ruptura")
COLUNAS = {campo: campo for campo in CAMPOS} | {"nome_produto": "produto__nome_produto"}


@dataclass(frozen=True)
class Filtro:
    status_ruptura: Sequence[str] = ()
    busca: str = ""
    """Words, each a part of the name, of the code, or of a code unified into it; no accents nor capitals needed."""
    dia_ruptura_ate: date | None = None

    def no_banco(self) -> Q:
        onde = Q()
        if self.status_ruptura:
            onde &= Q(status_ruptura__in=self.status_ruptura)
        for palavra in self._palavras():
            origens = UnificacaoCodigos.objects.filter(ativo=True, codigo_origem__icontains=palavra)
            onde &= Q(produto__busca__contains=palavra) | Q(cod_produto__in=origens.values("codigo_destino"))
        if self.dia_ruptura_ate:
            onde &= Q(dia_ruptura__lte=self.dia_ruptura_ate)
        return onde

    def _palavras(self) -> list[str]:
        return simplificar(self.busca).split()

    def aceita(self, resumo: dict, codigos: Sequence[str]) -> bool:
        """The same, for a product that the database has not stored yet. `codigos`: all that it answers to."""
        nomes = [simplificar(texto) for texto in (resumo["nome_produto"], *codigos)]
        return (
            (not self.status_ruptura or resumo["status_ruptura"] in self.status_ruptura)
            and all(any(palavra in nome for nome in nomes) for palavra in self._palavras())
            and (
                not self.dia_ruptura_ate
                or (resumo["dia_ruptura"] is not None and resumo["dia_ruptura"] <= self.dia_ruptura_ate)
            )
        )


class Ordem:
    """Columns of CAMPOS, each with a leading "-" for descending; nulls last either way; the code decides ties."""

    def __init__(self, *colunas: str):
        self.colunas = [(coluna.lstrip("-"), coluna.startswith("-")) for coluna in (*colunas, "cod_produto")]

    def no_banco(self) -> list:
        return [_ordenar(campo, desce) for campo, desce in self.colunas]

    @property
    def chave(self):
        return cmp_to_key(self._comparar)

    def _comparar(self, um: dict, outro: dict) -> int:
        for campo, desce in self.colunas:
            a, b = um[campo], outro[campo]
            if a == b:
                continue
            if a is None or b is None:
                return 1 if a is None else -1
            return (1 if a > b else -1) * (-1 if desce else 1)
        return 0


def _ordenar(campo: str, desce: bool):
    coluna = COLUNAS[campo]
    if campo in TEXTOS:
        expressao = na_ordem_do_python(coluna)
        return expressao.desc() if desce else expressao.asc()
    # Only where there are nulls: an index is walked backwards, but not with its nulls on the other side.
    nulls_last = True if campo == "dia_ruptura" else None
    return F(coluna).desc(nulls_last=nulls_last) if desce else F(coluna).asc(nulls_last=nulls_last)


def desatualizados() -> set[str]:
    """Codes whose row may not be shown as it is; of too many, just enough to tell that they are."""
    limite = ajustes.PENDENTES_NA_LISTA + 1
    marcados = RecalculoPendente.objects.order_by().values_list("cod_produto", flat=True).distinct()[:limite]
    de_outro_dia = EstoqueProjecaoCache.objects.de_outro_dia(hoje()).order_by()
    return {*marcados, *de_outro_dia.values_list("pk", flat=True)[:limite]}


class Listagem:
    """A sequence that a paginator can count and slice; each item is a dict of CAMPOS."""

    def __init__(self, filtro: Filtro, ordem: Ordem):
        self.ordem = ordem
        self.filtro = filtro
        linhas = EstoqueProjecaoCache.objects.publicas().select_related("produto").filter(filtro.no_banco())
        velhos = desatualizados()
        self.pendentes = len(velhos)
        self._exata = self.pendentes <= ajustes.PENDENTES_NA_LISTA
        self._computados: list[dict] = []
        if self._exata and velhos:
            defeitos: dict[str, str] = {}
            retratos = servico.retratar(velhos, defeitos=defeitos)
            computados = {retrato.cod_produto: retrato for retrato in retratos.values()}
            # What cannot be computed stays as it was stored: a list must not lose a product in silence.
            linhas = linhas.exclude(pk__in={*velhos, *computados} - defeitos.keys())
            self._computados = sorted(self._aceitos(computados.values()), key=ordem.chave)
        self._linhas = linhas.order_by(*ordem.no_banco())

    def count(self) -> int:
        return self._linhas.count() + len(self._computados)

    __len__ = count

    def __getitem__(self, fatia: slice) -> list[dict]:
        inicio, fim = fatia.start or 0, fatia.stop
        # At most all the computed ones stand before `inicio`, so no row before this one can be on the page.
        do_banco = max(0, inicio - len(self._computados))
        linhas = [resumir(servico.da_linha(linha)) for linha in self._linhas[do_banco:fim]]
        if not self._exata:
            return self._recomputar(linhas)
        juntas = list(merge(linhas, self._computados, key=self.ordem.chave))
        return juntas[inicio - do_banco : None if fim is None else fim - do_banco]

    def _recomputar(self, linhas: list[dict]) -> list[dict]:
        retratos = servico.retratar_ou_guardado(linha["cod_produto"] for linha in linhas)
        return self._aceitos(retratos[linha["cod_produto"]] for linha in linhas if linha["cod_produto"] in retratos)

    def _aceitos(self, retratos: Iterable[servico.Retrato]) -> list[dict]:
        resumos = ((resumir(retrato), retrato.codigos) for retrato in retratos)
        return [resumo for resumo, codigos in resumos if self.filtro.aceita(resumo, codigos)]


def resumir(retrato: servico.Retrato) -> dict:
    return {
        "cod_produto": retrato.cod_produto,
        "nome_produto": retrato.nome_produto,
        "estoque_atual": quantidade(retrato.projecao.estoque_atual),
        "menor_estoque_7d": quantidade(retrato.figuras.menor_estoque_7d),
        "producao_hoje": quantidade(retrato.projecao.producao_hoje),
        "dia_ruptura": retrato.figuras.dia_ruptura,
        "status_ruptura": retrato.figuras.status_ruptura,
    }


def rupturas() -> Listagem:
    """What needs a planner: the nearest stock-out first."""
    return Listagem(Filtro(status_ruptura=(motor.CRITICO, motor.ATENCAO)), Ordem("dia_ruptura", "menor_estoque_7d"))
