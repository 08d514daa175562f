"""What every reader calls: the memory tier, else the materialised row, else computed now.

A row is only good if its product has no mark and its D0 is today. Otherwise the answer is computed on the
spot, without writing. So a reader never sees a number older than the last commit (SPEC.md section 2).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from time import perf_counter

from django.db import DataError
from django.utils import timezone

from projecao import banco, cardex, fila, motor, recalculo, representacao, unificacao
from projecao.conf import hoje
from projecao.excecoes import DataForaDoHorizonte, ProdutoDesconhecido, ProjecaoIndisponivel
from projecao.memoria import cache_memoria
from projecao.models import EstoqueAtual, EstoqueProjecaoCache, Produto
from projecao.unidades import ZERO, milesimos, quantidade


@dataclass(frozen=True, slots=True)
class Retrato:
    """A product's projection, true at one moment of the database, and where it comes from."""

    cod_produto: str
    codigos: tuple[str, ...]
    nome_produto: str
    estoque_seguranca: int
    projecao: motor.Projecao
    figuras: motor.Figuras
    data_calculo: datetime
    versao: int
    tempo_calculo_ms: float
    pendente: bool
    """Computed now, since its row is missing, marked or of another day."""
    defeito: str = ""
    """Why it could not be computed: then it is as it was last stored."""


def retratar(
    cods: Iterable[str], das_linhas: bool = True, insistir: bool = False, defeitos: dict[str, str] | None = None
) -> dict[str, Retrato]:
    """Code asked for → its product, as of one moment. `das_linhas` False computes every product now.

    Missing from the answer: codes that nobody ever mentioned, and products whose data cannot be computed;
    `defeitos` takes the reasons of the latter, by destination. `insistir` tries also what the queue failed at,
    which among others may be what makes the whole query fail.
    A constant number of queries: unifications, marks and rows; and, only if some must be computed, stock,
    products, names and one query per source.
    """
    cods, dia, defeitos = list(dict.fromkeys(cods)), hoje(), {} if defeitos is None else defeitos
    with banco.leitura_consistente():
        familias = unificacao.resolver(cods)
        marcados = fila.pendentes(familias.canonico)
        linhas = EstoqueProjecaoCache.objects.select_related("produto").in_bulk(list(familias.codigos))
        retratos = {
            cod: da_linha(linha, familias.codigos[cod])
            for cod, linha in linhas.items()
            if das_linhas and linha.data_base == dia and marcados.keys().isdisjoint(familias.codigos[cod])
        }
        faltam = familias.codigos.keys() - retratos.keys()
        if not insistir:
            defeitos |= {familias.canonico[cod]: erro for cod, erro in marcados.items() if erro}
            faltam -= defeitos.keys()
        if faltam:
            retratos |= _computar(familias.so(faltam), linhas, marcados, dia, defeitos)
    pedidos = ((cod, familias.canonico[cod]) for cod in cods)
    return {cod: retratos[destino] for cod, destino in pedidos if destino in retratos}


def da_linha(linha: EstoqueProjecaoCache, codigos: tuple[str, ...] = (), defeito: str = "") -> Retrato:
    """A row that is known to be good (no mark, D0 today), or the best there is; read with its `produto`."""
    return Retrato(
        linha.pk,
        codigos,
        linha.produto.nome_produto if linha.produto else "",
        milesimos(linha.estoque_seguranca),
        linha.projecao,
        linha.figuras,
        linha.data_calculo,
        linha.versao,
        linha.tempo_calculo_ms,
        pendente=False,
        defeito=defeito,
    )


def _computar(familias, linhas, marcados, dia, defeitos) -> dict[str, Retrato]:
    inicio, agora = perf_counter(), timezone.now()
    calculos = recalculo.calcular(familias, dia)
    tempo = (perf_counter() - inicio) * 1000 / len(calculos)
    retratos = {}
    for cod, calculo in calculos.items():
        linha = linhas.get(cod)
        if calculo.conhecido or linha or not marcados.keys().isdisjoint(calculo.codigos):
            try:
                # The version that the queue is about to store: the same rule, so the same number.
                guardada = recalculo.Linha.de(linha) if linha else None
                versao = recalculo.montar(calculo, guardada, agora, tempo).versao
            except ArithmeticError as erro:
                defeitos[cod] = recalculo.motivo_da_falha(erro)
                continue
            retratos[cod] = Retrato(
                cod,
                calculo.codigos,
                calculo.nome_produto,
                calculo.estoque_seguranca,
                calculo.projecao,
                calculo.figuras,
                agora,
                versao,
                tempo,
                pendente=True,
            )
    return retratos


def retratar_ou_guardado(cods: Iterable[str]) -> dict[str, Retrato]:
    """For sheets and lists, from which nothing may be missing: what cannot be computed is shown as last stored."""
    defeitos: dict[str, str] = {}
    retratos = retratar(cods, defeitos=defeitos)
    antigas = EstoqueProjecaoCache.objects.select_related("produto").in_bulk(list(defeitos))
    return retratos | {cod: da_linha(linha, (cod,), defeitos[cod]) for cod, linha in antigas.items()}


def por_em_dia(linhas: Iterable[EstoqueProjecaoCache]) -> dict[str, str]:
    """Give those of these rows that may not be shown as they are their figures of now, in place and unsaved.

    Returns those for which that cannot be done, product → reason: they keep their old figures.
    """
    linhas, defeitos = list(linhas), {}
    try:
        retratos = retratar((linha.pk for linha in linhas), defeitos=defeitos)
    except DataError as erro:
        return {linha.pk: recalculo.motivo_da_falha(erro) for linha in linhas}
    for linha in linhas:
        retrato = retratos.get(linha.pk)
        if retrato is not None and retrato.pendente:
            guardada = recalculo.Linha.de(linha)
            atual = recalculo.montar(retrato, guardada, retrato.data_calculo, retrato.tempo_calculo_ms)
            for campo in (*recalculo.FIGURAS, "data_calculo", "tempo_calculo_ms", "versao"):
                setattr(linha, campo, getattr(atual, campo))
    return defeitos


class ServicoProjecaoEstoque:
    """The projection of products as SPEC.md section 6 shapes it: dicts with `Decimal` and `date` values."""

    @staticmethod
    def obter_projecao(cod_produto: str) -> dict:
        """Raises ProdutoDesconhecido, or ProjecaoIndisponivel for a product whose data cannot be computed."""
        return representacao.interpretar(corpo(cod_produto, "projecao"))

    @staticmethod
    def obter_projecoes(cods: Iterable[str]) -> dict[str, dict]:
        """Code asked for → projection, from the rows; unknown codes are left out. Constant number of queries."""
        return {cod: representacao.projecao(retrato) for cod, retrato in retratar(cods).items()}

    @staticmethod
    def recalcular_projecao(cod_produto: str) -> dict:
        """Recompute and store now; the new projection. Raises like `obter_projecao`."""
        retrato = obter_retrato(cod_produto)
        resultado = recalculo.recalcular([retrato.cod_produto])
        if motivo := resultado.falhas.get(retrato.cod_produto):
            raise ProjecaoIndisponivel(cod_produto, motivo)
        return representacao.projecao(obter_retrato(cod_produto))

    @staticmethod
    def disponibilidade(cod_produto: str, qtd, data: date | None = None) -> dict:
        """When `qtd` (anything that Decimal takes) can be promised, and what is missing on `data` (default: today).

        Raises DataForaDoHorizonte unless D0 <= data <= D28; for the rest like `obter_projecao`.
        """
        return disponibilidade(obter_retrato(cod_produto), Decimal(str(qtd)), data)


def obter_retrato(cod_produto: str, das_linhas: bool = True) -> Retrato:
    """Raises ProdutoDesconhecido or ProjecaoIndisponivel."""
    defeitos: dict[str, str] = {}
    try:
        retratos = retratar([cod_produto], das_linhas, insistir=True, defeitos=defeitos)
    except DataError as erro:  # the database itself cannot add it up, and the queue has not met it yet
        raise ProjecaoIndisponivel(cod_produto, recalculo.motivo_da_falha(erro)) from erro
    if cod_produto in retratos:
        return retratos[cod_produto]
    for motivo in defeitos.values():
        raise ProjecaoIndisponivel(cod_produto, motivo)
    raise ProdutoDesconhecido(cod_produto)


def detalhar(cod_produto: str) -> dict:
    """The cardex with the documents of each day. Both are read at one moment, so they add up by construction."""
    with banco.leitura_consistente():
        retrato = obter_retrato(cod_produto, das_linhas=False)
        return cardex.cardex_detalhado(retrato, cardex.alocar(retrato.projecao.hoje, retrato.codigos))


def disponibilidade(retrato: Retrato, qtd: Decimal, data: date | None) -> dict:
    projecao, pedida = retrato.projecao, milesimos(qtd)
    dia = ((data or projecao.hoje) - projecao.hoje).days
    if not 0 <= dia <= motor.ULTIMO_DIA:
        raise DataForaDoHorizonte(data, projecao.hoje, projecao.data(motor.ULTIMO_DIA))
    na_data = projecao.estoque_final[dia]
    return {
        "cod_produto": retrato.cod_produto,
        "qtd": qtd,
        "data": projecao.data(dia),
        "data_disponivel": representacao.data_do_dia(projecao, motor.primeiro_dia_com(projecao, pedida)),
        "data_disponivel_firme": representacao.data_do_dia(projecao, motor.primeiro_dia_firme(projecao, pedida)),
        "estoque_na_data": quantidade(na_data),
        "falta": quantidade(max(0, pedida - na_data)),
    }


FORMAS: dict[str, Callable[[Retrato], dict]] = {"projecao": representacao.projecao, "cardex": cardex.cardex}


def corpo(cod_produto: str, forma: str) -> bytes:
    """The rendered JSON of one product, the shortest way there is. Raises like `obter_projecao`."""
    dia = hoje()
    if banco.em_transacao():
        # What this transaction sees, others may never: it neither reads from memory nor leaves anything there.
        return representacao.renderizar(FORMAS[forma](obter_retrato(cod_produto)))
    leitura = cache_memoria.ler(cod_produto, forma, dia)
    if leitura.corpo is not None:
        return leitura.corpo
    retrato = obter_retrato(cod_produto)
    rendido = representacao.renderizar(FORMAS[forma](retrato))
    cache_memoria.guardar(leitura, forma, retrato.projecao.hoje, retrato.codigos, rendido)
    return rendido


def estoque_atual(cod_produto: str) -> dict:
    """First tier: the stock row, which is never behind its ledger. Raises ProdutoDesconhecido."""
    with banco.leitura_consistente():
        destino = unificacao.resolver([cod_produto]).canonico[cod_produto]
        linha = EstoqueAtual.objects.filter(pk=destino).first()
        produto = Produto.objects.filter(pk=destino).first()
        if linha is None or produto is None:
            # No movement yet, or named only by its documents.
            retrato = obter_retrato(cod_produto)
            nome = retrato.nome_produto
        else:
            nome = produto.nome_produto
        return {
            "cod_produto": destino,
            "nome_produto": nome,
            "estoque": linha.estoque if linha else ZERO,
            "atualizado_em": timezone.localtime(linha.atualizado_em) if linha else None,
        }
