"""What was projected, day by day, and what came: kept daily for PROJECAO_HISTORICO_DIAS, then summed up by month.

    guardar      when a day turns, in the transaction that rolls the rows: they are copied as they were
    apurar       every night: each day's stock by the ledger, and what had been projected for it
    compactar    every night, after it: days beyond the daily grain become monthly sums

All may be repeated, and interrupted at any point.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, timedelta

from django.db import connection, transaction

from projecao import unificacao
from projecao.banco import em_lotes, soma_em_milesimos
from projecao.conf import ajustes, hoje
from projecao.models import EstoqueProjecaoCache, MovimentacaoEstoque, ProjecaoDiaria, ResumoMensal
from projecao.models.historico import HORIZONTES
from projecao.unidades import milesimos, quantidade

PROJETADOS = {horizonte: f"projetado_{horizonte}" for horizonte in HORIZONTES}
COPIADOS = ("cod_produto", "data_base", "estoque_atual", "dias")


def guardar(cods: Collection[str], dia: date) -> None:
    """Copy these rows, which the caller has locked and is about to roll to `dia`. Those of `dia` itself stay."""
    destino, origem = ProjecaoDiaria._meta.db_table, EstoqueProjecaoCache._meta.db_table
    colunas = ", ".join(COPIADOS)
    # One statement inside the database: reading rows to write them back would cost more than computing them.
    for lote in em_lotes(cods):
        marcas = ", ".join(["%s"] * len(lote))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {destino} ({colunas}) SELECT {colunas} FROM {origem} "  # noqa: S608 (names of ours)
                f"WHERE cod_produto IN ({marcas}) AND data_base < %s AND versao > 0 ON CONFLICT DO NOTHING",
                [*lote, dia],
            )


# The stock that each day had


def apurar() -> int:
    """Fill in what each kept day came to; how many of them changed. A late movement changes days filled before."""
    dia = hoje()
    cods = list(ProjecaoDiaria.objects.order_by("cod_produto").values_list("cod_produto", flat=True).distinct())
    return sum(_apurar_lote(lote, dia) for lote in em_lotes(cods, ajustes.LOTE))


def _apurar_lote(cods: list[str], dia: date) -> int:
    familias = unificacao.resolver(cods)
    # A code that meanwhile answers as another has no stock of its own: what its days came to stays as it was.
    proprios = [cod for cod in cods if familias.canonico[cod] == cod]
    linhas = ProjecaoDiaria.objects.filter(cod_produto__in=proprios, data_base__lt=dia).order_by("cod_produto")
    por_produto = defaultdict(dict)
    for linha in linhas:
        por_produto[linha.cod_produto][linha.data_base] = linha
    if not por_produto:
        return 0
    inicio = min(min(do_produto) for do_produto in por_produto.values())
    realizados = _estoques_por_dia(familias.so(por_produto), inicio, dia)
    mudadas = [linha for cod, do_produto in por_produto.items() for linha in _preencher(do_produto, realizados[cod])]
    ProjecaoDiaria.objects.bulk_create(
        mudadas,
        batch_size=ajustes.LOTE,
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=["realizado", *PROJETADOS.values()],
    )
    return len(mudadas)


def _estoques_por_dia(familias: unificacao.Familias, inicio: date, fim: date) -> dict[str, dict[date, int]]:
    """Product → each day from `inicio` to before `fim` → its stock at the end of it by the ledger, in thousandths."""
    razao = MovimentacaoEstoque.objects.filter(ativo=True, cod_produto__in=list(familias.canonico)).order_by()
    soma = soma_em_milesimos("qtd_movimentacao")
    abertura, por_dia = defaultdict(int), defaultdict(lambda: defaultdict(int))
    for cod, qtd in razao.filter(data_movimentacao__lt=inicio).values_list("cod_produto").annotate(qtd=soma):
        abertura[familias.canonico[cod]] += qtd
    da_janela = razao.filter(data_movimentacao__gte=inicio, data_movimentacao__lt=fim)
    for cod, data, qtd in da_janela.values_list("cod_produto", "data_movimentacao").annotate(qtd=soma):
        por_dia[familias.canonico[cod]][data] += qtd
    estoques = {}
    for cod in familias.codigos:
        corrente, do_produto = abertura[cod], {}
        for n in range((fim - inicio).days):
            data = inicio + timedelta(days=n)
            do_produto[data] = corrente = corrente + por_dia[cod].get(data, 0)
        estoques[cod] = do_produto
    return estoques


def _preencher(linhas: dict[date, ProjecaoDiaria], estoques: dict[date, int]) -> Iterator[ProjecaoDiaria]:
    """Those of a product's days that are not yet what they should be, with their new values."""
    finais = {data: linha.projecao.estoque_final for data, linha in linhas.items()}
    for data, linha in linhas.items():
        valores = {"realizado": estoques[data]}
        for horizonte, campo in PROJETADOS.items():
            do_passado = finais.get(data - timedelta(days=horizonte))
            # What was filled while that day was still kept stays when it is not any more.
            valores[campo] = do_passado[horizonte] if do_passado else _em_milesimos(getattr(linha, campo))
        if any(_em_milesimos(getattr(linha, campo)) != valor for campo, valor in valores.items()):
            for campo, valor in valores.items():
                setattr(linha, campo, None if valor is None else quantidade(valor))
            yield linha


def _em_milesimos(valor) -> int | None:
    return None if valor is None else milesimos(valor)


# Days beyond the daily grain


def compactar() -> int:
    """Sum up the days that are older than PROJECAO_HISTORICO_DIAS, and let them go; how many."""
    limite = hoje() - timedelta(days=ajustes.HISTORICO_DIAS)
    antigas = ProjecaoDiaria.objects.filter(data_base__lt=limite)
    cods = list(antigas.order_by("cod_produto").values_list("cod_produto", flat=True).distinct())
    return sum(_compactar_lote(lote, limite) for lote in em_lotes(cods, ajustes.LOTE))


@transaction.atomic
def _compactar_lote(cods: list[str], limite: date) -> int:
    # Locked: of two that run at once, the second finds what the first has left.
    linhas = list(
        ProjecaoDiaria.objects.filter(cod_produto__in=cods, data_base__lt=limite).order_by("id").select_for_update()
    )
    resumos: dict[tuple, ResumoMensal] = {}
    meses = {linha.data_base.replace(day=1) for linha in linhas}
    for resumo in ResumoMensal.objects.filter(cod_produto__in=cods, mes__in=meses).order_by("id").select_for_update():
        resumos[resumo.cod_produto, resumo.mes, resumo.horizonte] = resumo
    for linha in linhas:
        finais = linha.projecao.estoque_final
        for horizonte in HORIZONTES:
            chave = (linha.cod_produto, linha.data_base.replace(day=1), horizonte)
            resumo = resumos.setdefault(chave, ResumoMensal(**dict(zip(CHAVE, chave, strict=True))))
            _somar_projecao(resumo, finais[horizonte])
            _somar_erro(resumo, linha, horizonte)
    ResumoMensal.objects.bulk_create(
        resumos.values(),
        batch_size=ajustes.LOTE,
        update_conflicts=True,
        unique_fields=CHAVE,
        update_fields=SOMAS,
    )
    for lote in em_lotes(linha.pk for linha in linhas):
        ProjecaoDiaria.objects.filter(pk__in=lote).delete()
    return len(linhas)


CHAVE = ("cod_produto", "mes", "horizonte")
SOMAS = (
    "projecoes",
    "soma",
    "soma_dos_quadrados",
    "minimo",
    "maximo",
    "previsoes",
    "soma_do_erro",
    "soma_do_erro_absoluto",
)


def _somar_projecao(resumo: ResumoMensal, milesimos_no_horizonte: int) -> None:
    valor = quantidade(milesimos_no_horizonte)
    resumo.projecoes += 1
    resumo.soma += milesimos_no_horizonte
    resumo.soma_dos_quadrados += milesimos_no_horizonte**2
    resumo.minimo = valor if resumo.minimo is None else min(resumo.minimo, valor)
    resumo.maximo = valor if resumo.maximo is None else max(resumo.maximo, valor)


def _somar_erro(resumo: ResumoMensal, linha: ProjecaoDiaria, horizonte: int) -> None:
    projetado = getattr(linha, PROJETADOS[horizonte])
    if projetado is None or linha.realizado is None:
        return
    erro = milesimos(projetado - linha.realizado)
    resumo.previsoes += 1
    resumo.soma_do_erro += erro
    resumo.soma_do_erro_absoluto += abs(erro)
