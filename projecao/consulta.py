"""Portfolio listings: filtered, sorted and paged by the database from the materialised rows.

Products that are marked and not recomputed yet are left out of the database's answer, computed now, and
merged in where they belong, so a listing is as true as a single read. That is done for at most
PROJECAO_PENDENTES_NA_LISTA of them (an import marks a whole portfolio for some seconds); beyond that the
figures shown are still computed now, and checked against the filter again, but order and membership are those
of the stored rows until the queue has drained: a page may be short, and a product without a row is not there yet.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cmp_to_key
from heapq import merge
from itertools import islice
from operator import attrgetter

from django.db.models import F, Q, QuerySet

from projecao import banco, linhas, motor, recalculo, servico
from projecao.conf import ajustes, hoje
from projecao.models import EstoqueProjecaoCache, RecalculoPendente, UnificacaoCodigos
from projecao.models.busca import simplificar
from projecao.unidades import quantidade

FIGURAS: dict[str, Callable[[servico.Retrato], object]] = {
    "cod_produto": attrgetter("cod_produto"),
    "nome_produto": attrgetter("nome_produto"),
    "estoque_atual": lambda retrato: quantidade(retrato.projecao.estoque_atual),
    "menor_estoque_7d": lambda retrato: quantidade(retrato.figuras.menor_estoque_7d),
    "producao_hoje": lambda retrato: quantidade(retrato.projecao.producao_hoje),
    "dia_ruptura": attrgetter("figuras.dia_ruptura"),
    "status_ruptura": attrgetter("figuras.status_ruptura"),
}
CAMPOS = tuple(FIGURAS)
TEXTOS = ("cod_produto", "nome_produto", "status_ruptura")
COLUNAS = {campo: campo for campo in CAMPOS} | {"nome_produto": "produto__nome_produto"}
DIAS = {f"dia_{dia}": dia for dia in range(motor.DIAS)}
"""The stock at the end of each day, to sort by."""
TEMPO = "tempo_calculo_ms"
ORDENAVEIS = (*CAMPOS, TEMPO, *DIAS)


@dataclass(frozen=True)
class Filtro:
    status_ruptura: Sequence[str] = ()
    busca: str = ""
    """Words, each a part of the name, of the code, or of a code unified into it; no accents nor capitals needed."""
    dia_ruptura_ate: date | None = None
    linha_producao: str = ""
    """As `projecao.linhas` knows it, letter by letter."""
    expiradas: bool = False
    """Only rows past their validity; what is computed on the spot is none."""

    def no_banco(self) -> Q:
        onde = Q()
        if self.status_ruptura:
            onde &= Q(status_ruptura__in=self.status_ruptura)
        for palavra in self._palavras():
            origens = UnificacaoCodigos.objects.filter(ativo=True, codigo_origem__icontains=palavra)
            onde &= Q(produto__busca__contains=palavra) | Q(cod_produto__in=origens.values("codigo_destino"))
        if self.dia_ruptura_ate:
            onde &= Q(dia_ruptura__lte=self.dia_ruptura_ate)
        if self.linha_producao:
            onde &= linhas.feitos_em(self.linha_producao)
        if self.expiradas:
            onde &= Q(pk__in=recalculo.antigas().values("pk"))
        return onde

    def _palavras(self) -> list[str]:
        return simplificar(self.busca).split()

    def aceitos(self, retratos: Iterable[servico.Retrato]) -> list[servico.Retrato]:
        """The same, for products that the database has not stored yet. They know all their codes."""
        passam = [retrato for retrato in retratos if self._aceita(retrato)]
        if not self.linha_producao:
            return passam
        delas = linhas.dos_produtos({retrato.cod_produto: retrato.codigos for retrato in passam})
        return [retrato for retrato in passam if delas.get(retrato.cod_produto) == self.linha_producao]

    def _aceita(self, retrato: servico.Retrato) -> bool:
        nomes = [simplificar(texto) for texto in (retrato.nome_produto, *retrato.codigos)]
        ruptura = retrato.figuras.dia_ruptura
        return (
            not self.expiradas
            and (not self.status_ruptura or retrato.figuras.status_ruptura in self.status_ruptura)
            and all(any(palavra in nome for nome in nomes) for palavra in self._palavras())
            and (not self.dia_ruptura_ate or (ruptura is not None and ruptura <= self.dia_ruptura_ate))
        )


class Ordem:
    """Columns of ORDENAVEIS, each with a leading "-" for descending; nulls last either way; the code decides ties."""

    def __init__(self, *colunas: str):
        self.colunas = [(coluna.lstrip("-"), coluna.startswith("-")) for coluna in (*colunas, "cod_produto")]

    def no_banco(self) -> list:
        return [_ordenar(campo, desce) for campo, desce in self.colunas]

    @property
    def chave(self):
        """The same, of a `servico.Retrato`."""
        valores = [_valor(campo) for campo, _ in self.colunas]
        comparar = cmp_to_key(self._comparar)
        return lambda retrato: comparar([valor(retrato) for valor in valores])

    def _comparar(self, um: list, outro: list) -> int:
        for a, b, (_, desce) in zip(um, outro, self.colunas, strict=True):
            if a == b:
                continue
            if a is None or b is None:
                return 1 if a is None else -1
            return (1 if a > b else -1) * (-1 if desce else 1)
        return 0


def _valor(campo: str) -> Callable[[servico.Retrato], object]:
    if campo in DIAS:
        return lambda retrato: retrato.projecao.estoque_final[DIAS[campo]]
    return attrgetter(TEMPO) if campo == TEMPO else FIGURAS[campo]


def _ordenar(campo: str, desce: bool):
    if campo in DIAS:
        expressao = banco.estoque_final(DIAS[campo])
    elif campo in TEXTOS:
        expressao = banco.na_ordem_do_python(COLUNAS[campo])
    else:
        expressao = F(COLUNAS.get(campo, campo))
    # Only where there are nulls: an index is walked backwards, but not with its nulls on the other side.
    nulls_last = True if campo == "dia_ruptura" else None
    return expressao.desc(nulls_last=nulls_last) if desce else expressao.asc(nulls_last=nulls_last)


def desatualizados() -> set[str]:
    """Codes whose row may not be shown as it is; of too many, just enough to tell that they are."""
    limite = ajustes.PENDENTES_NA_LISTA + 1
    de_outro_dia = EstoqueProjecaoCache.objects.de_outro_dia(hoje()).order_by()
    return {*_marcados()[:limite], *de_outro_dia.values_list("pk", flat=True)[:limite]}


def contar_desatualizados() -> int:
    """All of them, however many."""
    de_outro_dia = EstoqueProjecaoCache.objects.de_outro_dia(hoje()).exclude(pk__in=_marcados())
    return _marcados().count() + de_outro_dia.count()


def _marcados() -> QuerySet:
    return RecalculoPendente.objects.order_by().values_list("cod_produto", flat=True).distinct()


class Correntes:
    """All products, each once: rows that are good as they are, and what had to be computed now."""

    def __init__(self):
        velhos = desatualizados()
        self.pendentes = len(velhos)
        self.exatas = self.pendentes <= ajustes.PENDENTES_NA_LISTA
        """False: too many wait, and all are as stored."""
        self.defeitos: dict[str, str] = {}
        """Products that cannot be computed → why. Unknown as long as they are not exact."""
        self.computados: list[servico.Retrato] = []
        self.linhas = EstoqueProjecaoCache.objects.publicas()
        if self.exatas and velhos:
            retratos = servico.retratar(velhos, defeitos=self.defeitos)
            computados = {retrato.cod_produto: retrato for retrato in retratos.values()}
            # What cannot be computed stays as it was stored: a list must not lose a product in silence.
            self.linhas = self.linhas.exclude(pk__in={*velhos, *computados} - self.defeitos.keys())
            self.computados = list(computados.values())


class Retratos:
    """A sequence that a paginator can count and slice; each item is a `servico.Retrato`."""

    def __init__(self, filtro: Filtro, ordem: Ordem, correntes: Correntes | None = None):
        self.ordem = ordem
        self.filtro = filtro
        correntes = correntes or Correntes()
        self.pendentes, self.exata, self.defeitos = correntes.pendentes, correntes.exatas, correntes.defeitos
        linhas = correntes.linhas.select_related("produto").filter(filtro.no_banco())
        self._computados = sorted(filtro.aceitos(correntes.computados), key=ordem.chave)
        self._linhas = linhas.order_by(*ordem.no_banco())

    def count(self) -> int:
        return self._linhas.count() + len(self._computados)

    __len__ = count

    def __getitem__(self, fatia: slice) -> list[servico.Retrato]:
        inicio, fim = fatia.start or 0, fatia.stop
        # At most all the computed ones stand before `inicio`, so no row before this one can be on the page.
        do_banco = max(0, inicio - len(self._computados))
        linhas = self._das_linhas(self._linhas[do_banco:fim])
        if not self.exata:
            return self._recomputar(linhas)
        juntas = list(merge(linhas, self._computados, key=self.ordem.chave))
        return juntas[inicio - do_banco : None if fim is None else fim - do_banco]

    def __iter__(self) -> Iterator[servico.Retrato]:
        """All of them, in bounded memory."""
        linhas = self._das_linhas(self._linhas.iterator(ajustes.LOTE))
        if self.exata:
            yield from merge(linhas, self._computados, key=self.ordem.chave)
        else:
            while lote := list(islice(linhas, ajustes.LOTE)):
                yield from self._recomputar(lote)

    def _das_linhas(self, linhas: Iterable[EstoqueProjecaoCache]) -> Iterator[servico.Retrato]:
        return (servico.da_linha(linha, defeito=self.defeitos.get(linha.pk, "")) for linha in linhas)

    def _recomputar(self, guardados: Iterable[servico.Retrato]) -> list[servico.Retrato]:
        cods = [retrato.cod_produto for retrato in guardados]
        retratos = servico.retratar_ou_guardado(cods)
        return self.filtro.aceitos(retratos[cod] for cod in cods if cod in retratos)


class Listagem(Retratos):
    """The same; each item is a dict of CAMPOS."""

    def __getitem__(self, fatia: slice) -> list[dict]:
        return [resumir(retrato) for retrato in super().__getitem__(fatia)]

    def __iter__(self) -> Iterator[dict]:
        return map(resumir, super().__iter__())


def resumir(retrato: servico.Retrato) -> dict:
    return {campo: figura(retrato) for campo, figura in FIGURAS.items()}


DE_RUPTURAS = (Filtro(status_ruptura=(motor.CRITICO, motor.ATENCAO)), Ordem("dia_ruptura", "menor_estoque_7d"))
"""What needs a planner: the nearest stock-out first."""


def rupturas() -> Listagem:
    return Listagem(*DE_RUPTURAS)
