"""Files that people send: kept, looked at, confirmed, stored. Workers do the work (`projecao.importacao.execucao`).

receber     keeps the file, and asks for a preview
confirmar   what the preview showed; the data may have moved since, and what is then true is stored
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import PurePath
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from projecao import trabalhos
from projecao.conf import ajustes
from projecao.importacao.erros import ErroDeImportacao
from projecao.importacao.planilha import Planilha
from projecao.models import Importacao, Situacao, Trabalho

HORAS_GUARDADO = 24
"""How long a file waits for its confirmation."""

CONFERIVEIS = {Situacao.A_CONFIRMAR, Situacao.RECUSADA, Situacao.FALHOU}
DESCARTAVEIS = CONFERIVEIS
EM_ANDAMENTO = {Situacao.CONFERINDO, Situacao.GRAVANDO}


class SituacaoMudou(ErroDeImportacao):
    """Somebody, or another tab, was faster."""


def receber(
    arquivo: BinaryIO, nome: str, classe: type[Planilha], usuario, *, substituir: bool = False, parcial: bool = False
) -> Importacao:
    arquivo.seek(0)
    conteudo = arquivo.read()
    with transaction.atomic():
        importacao = Importacao.objects.create(
            tipo=classe.tipo,
            nome_arquivo=_nome(nome),
            tamanho=len(conteudo),
            conteudo=conteudo,
            substituir=substituir,
            parcial=parcial,
            criado_por=usuario,
        )
        _pedir_conferencia(importacao, usuario)
    return importacao


def conferir_de_novo(pk: int, usuario, *, parcial: bool | None = None) -> None:
    """`parcial`: from now on with only the good rows, or not; None leaves it as it is."""
    with _travada(pk, CONFERIVEIS) as importacao:
        _exigir_arquivo(importacao)
        if parcial is not None:
            importacao.parcial = parcial
        importacao.gravacao = importacao.previa = importacao.resultado = None
        importacao.save(update_fields=["parcial", "gravacao", "previa", "resultado"])
        _pedir_conferencia(importacao, usuario)


def confirmar(pk: int, conferencia: int, usuario) -> None:
    """`conferencia`: the one that was looked at. Two that confirm at once: one stores, the other hears it."""
    with _travada(pk, {Situacao.A_CONFIRMAR}) as importacao:
        _exigir_arquivo(importacao)
        if importacao.conferencia_id != conferencia:
            raise SituacaoMudou("O arquivo foi conferido de novo depois. Veja os números antes de confirmar.")
        importacao.gravacao = trabalhos.pedir(Trabalho.Tipo.GRAVAR_ARQUIVO, usuario, importacao=importacao.pk)
        importacao.save(update_fields=["gravacao"])


def descartar(pk: int) -> None:
    with _travada(pk, DESCARTAVEIS) as importacao:
        importacao.descartada_em, importacao.conteudo = timezone.now(), None
        importacao.save(update_fields=["descartada_em", "conteudo"])


def esquecer_antigas() -> int:
    """Files that nobody confirmed within a day, and imports as old as the log; how many of the latter."""
    agora = timezone.now()
    vencidas = Importacao.objects.filter(
        criado_em__lt=agora - timedelta(hours=HORAS_GUARDADO), conteudo__isnull=False, descartada_em=None
    )
    for pk in list(vencidas.values_list("pk", flat=True)):
        _esquecer_arquivo(pk)
    antigas = Importacao.objects.com_situacao().filter(criado_em__lt=agora - timedelta(days=ajustes.REGISTRO_DIAS))
    return antigas.exclude(situacao__in=EM_ANDAMENTO).delete()[0]


def _esquecer_arquivo(pk: int) -> None:
    try:
        with _travada(pk, set(Situacao) - EM_ANDAMENTO) as importacao:
            importacao.conteudo = None
            if importacao.situacao == Situacao.A_CONFIRMAR:
                importacao.descartada_em = timezone.now()
            importacao.save(update_fields=["conteudo", "descartada_em"])
    except SituacaoMudou:
        return  # a worker needs it: tomorrow, then


def _pedir_conferencia(importacao: Importacao, usuario) -> None:
    importacao.conferencia = trabalhos.pedir(Trabalho.Tipo.CONFERIR_ARQUIVO, usuario, importacao=importacao.pk)
    importacao.save(update_fields=["conferencia"])


@contextmanager
def _travada(pk: int, situacoes: set[Situacao]) -> Iterator[Importacao]:
    """The import, for one at a time, if it still is where its page showed it."""
    with transaction.atomic():
        # First the lock: what a statement that waited for it read before, of the works, would be old.
        list(Importacao.objects.select_for_update().filter(pk=pk).values_list("pk"))
        importacao = Importacao.objects.com_situacao().get(pk=pk)
        if importacao.situacao not in situacoes:
            situacao = Situacao(importacao.situacao).label.lower()
            raise SituacaoMudou(f'A importação já estava em outra situação: "{situacao}".')
        yield importacao


def _exigir_arquivo(importacao: Importacao) -> None:
    if not importacao.guardado:
        raise SituacaoMudou("O arquivo não está mais guardado. Envie-o de novo.")


def _nome(nome: str) -> str:
    """As it was called, without its folder; at most what the column holds, and its ending."""
    limpo = PurePath(nome.replace("\\", "/")).name.replace("\0", "")
    return limpo if len(limpo) <= 255 else f"{limpo[:200]}...{limpo[-50:]}"
