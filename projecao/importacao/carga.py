"""`importar`: a planner's file, stored whole in one transaction or not at all (SPEC.md section 8)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import PathLike
from typing import BinaryIO

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Model

from projecao import telemetria
from projecao.banco import leitura_consistente
from projecao.importacao import leitura, linhas
from projecao.importacao.comparacao import Alteracao, Plano, comparar
from projecao.importacao.erros import ErroDeLinha, ImportacaoConcorrente, OpcaoInvalida
from projecao.importacao.planilha import Linha, Planilha, PlanilhaCompleta
from projecao.importacao.progresso import Progresso, sem_progresso
from projecao.importacao.registro import planilha_de
from projecao.importacao.resultado import Resultado
from projecao.models import EstadoInterno, Produto, UnificacaoInvalida
from projecao.varredura import sem_varrer_a_memoria

LINHAS_POR_COMANDO = 2000


def importar(
    tipo: str | type[Planilha],
    arquivo: str | PathLike | BinaryIO,
    *,
    substituir: bool = False,
    simular: bool = False,
    parcial: bool = False,
    progresso: Progresso = sem_progresso,
) -> Resultado:
    """Bring a file in. Bad rows are in the result's `erros`; `gravado` says whether anything was stored.

    `substituir`: the file is all there is, and never partial. `simular`: read, compare, store nothing.
    `parcial`: store the good rows although others are bad. Raises ErroDeImportacao for the rest.
    """
    classe = planilha_de(tipo) if isinstance(tipo, str) else tipo
    if substituir and not issubclass(classe, PlanilhaCompleta):
        raise OpcaoInvalida(f"Um arquivo de {classe.tipo} não substitui o que está gravado.")
    with leitura.abrir(arquivo) as tabela:
        planilha = classe(tabela.cabecalho)
        lidas, erros = linhas.ler(planilha, tabela, progresso)
    # A bad row may be one that is stored: what a file lacks is not known until all of it is right.
    tolera_erros = parcial and not substituir
    gravar = not simular and (tolera_erros or not erros)
    with _transacao(classe, gravar):
        boas, outros = _conferir(planilha, lidas)
        plano = comparar(planilha, boas, substituir=substituir, travar=gravar, progresso=progresso)
        erros = sorted([*erros, *outros, *plano.erros], key=lambda erro: erro.linha)
        gravado = gravar and (tolera_erros or not erros)
        if gravado:
            _gravar(planilha, plano, progresso)
        resultado = Resultado.de(planilha, plano, erros, gravado=gravado, recusado=bool(erros) and not tolera_erros)
        if not simular:
            transaction.on_commit(lambda: _contar(resultado), robust=True)
    return resultado


def _contar(resultado: Resultado) -> None:
    linhas = {"com_erro": len({erro.linha for erro in resultado.erros})}
    if resultado.gravado:
        linhas |= {
            acao: getattr(resultado, acao) for acao in ("novas", "alteradas", "iguais", "retiradas", "ignoradas")
        }
    telemetria.arquivo_importado(resultado.tipo, resultado.gravado, linhas)


def _conferir(planilha: Planilha, lidas: list[Linha]) -> tuple[list[Linha], list[ErroDeLinha]]:
    unicas, repetidas = linhas.identificar(planilha, lidas)
    boas, recusadas = linhas.validar(planilha, unicas)
    return boas, [*repetidas, *recusadas]


@contextmanager
def _transacao(classe: type[Planilha], gravar: bool) -> Iterator[None]:
    if not gravar:
        with leitura_consistente():
            yield
        return
    try:
        with transaction.atomic():
            _uma_por_vez(classe.tipo)
            yield
    except (IntegrityError, UnificacaoInvalida) as erro:
        raise ImportacaoConcorrente(
            f"Outra importação ou pessoa gravou os mesmos dados ao mesmo tempo. Nada foi gravado; repita. ({erro})"
        ) from erro
    except OperationalError as erro:
        if not _ocupado(erro):
            raise
        raise ImportacaoConcorrente("O banco está ocupado com outra gravação. Nada foi gravado; repita.") from erro


def _uma_por_vez(tipo: str) -> None:
    """Imports of one kind follow each other: where keys repeat, no constraint would stop a second copy."""
    nome = f"importacao:{tipo}"
    EstadoInterno.objects.get_or_create(nome=nome)
    EstadoInterno.objects.select_for_update().get(nome=nome)


def _ocupado(erro: OperationalError) -> bool:
    """SQLite's lock timeout; PostgreSQL's deadlock, serialization failure and lock timeout."""
    codigo = getattr(erro.__cause__, "pgcode", None)
    return "locked" in str(erro) or codigo in ("40P01", "40001", "55P03")


def _gravar(planilha: Planilha, plano: Plano, progresso: Progresso) -> None:
    mudadas = [*plano.alteradas, *plano.retiradas]
    novos = [objeto for _, objeto in plano.novas]
    total = len(mudadas) + len(plano.ausentes) + len(novos)
    with progresso(total, "Gravando") as avancar, sem_varrer_a_memoria():
        # Changes first: a unification that moves away makes room for a new one that would clash with it.
        with _avancando(planilha.modelo, len(mudadas), avancar):
            _alterar(planilha, mudadas)
        if plano.ausentes:
            pks = [objeto.pk for objeto in plano.ausentes]
            planilha.retirar(planilha.modelo._default_manager.filter(pk__in=pks))
            avancar(len(pks))
        # In one call and, where the key is the product's own code, in its order, as everybody else locks.
        if planilha.modelo._meta.auto_field is None:
            novos.sort(key=lambda objeto: objeto.pk)
        with _avancando(planilha.modelo, len(novos), avancar):
            planilha.modelo._default_manager.bulk_create(novos, batch_size=LINHAS_POR_COMANDO)
        _conhecer_produtos(novos)


@contextmanager
def _avancando(modelo: type[Model], total: int, avancar: Callable[[int], None]) -> Iterator[None]:
    """Rows are written in one call, which may take a minute: each of its statements tells how far it is."""
    inicio, feitas = f"INSERT INTO {connection.ops.quote_name(modelo._meta.db_table)} ", 0

    def contar(executar, sql, *resto):
        nonlocal feitas
        feito = executar(sql, *resto)
        if sql.startswith(inicio):
            passo = min(LINHAS_POR_COMANDO, total - feitas)
            feitas += passo
            avancar(passo)
        return feito

    with connection.execute_wrapper(contar):
        yield
    avancar(total - feitas)


def _alterar(planilha: Planilha, mudadas: list[Alteracao]) -> None:
    campos = {campo.name for campo in planilha.modelo._meta.fields if getattr(campo, "auto_now", False)}
    for _, objeto, mudancas in mudadas:
        campos |= mudancas.keys()
        for campo, (_, valor) in mudancas.items():
            setattr(objeto, campo, valor)
    # An upsert of rows that we hold locked is an update, four times as fast as bulk_update's CASE WHEN.
    planilha.modelo._default_manager.bulk_create(
        [objeto for _, objeto, _ in mudadas],
        batch_size=LINHAS_POR_COMANDO,
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=sorted(campos),
    )


def _conhecer_produtos(novos: list) -> None:
    """Products are created by imports too; what the row calls one is its name until somebody registers it."""
    nomes = {novo.cod_produto: novo.nome_produto for novo in novos if getattr(novo, "nome_produto", "")}
    Produto.objects.conhecer(nomes)
