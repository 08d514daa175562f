"""Is everything as it must be once the writers are silent? By the slow model, which shares no code with the system.

python -m tests.falhas.conferir PORTA TOKEN ESPERA: prints, as JSON, what differs ([]: nothing). First what the API
says, whatever waits in the queue; then, once it has drained (within ESPERA seconds), the rows and the API again.
"""

import json
import sys
import time
from collections import defaultdict
from decimal import Decimal
from urllib.parse import quote

import django

django.setup()

from django.db.models import Q  # noqa: E402
from django.utils import timezone  # noqa: E402
from django_q.models import Failure, OrmQ  # noqa: E402

from carteira.models import CarteiraPrincipal, Pedido, PreSeparacaoItem, Separacao  # noqa: E402
from producao.models import ProgramacaoProducao  # noqa: E402
from projecao import conferencia  # noqa: E402
from projecao.alertas import bordas  # noqa: E402
from projecao.conf import hoje  # noqa: E402
from projecao.models import (  # noqa: E402
    EstoqueAtual,
    EstoqueProjecaoCache,
    EventoDeRuptura,
    MovimentacaoEstoque,
    RecalculoPendente,
)
from tests import modelo_lento  # noqa: E402
from tests.falhas.contadores import PRODUTOS  # noqa: E402
from tests.falhas.leitor import Porta  # noqa: E402

DIFERENTES_NA_LINHA = ("codigos", "projecao", "cod_produto", "data_base")


def main(porta: str, token: str, espera: str, perdoar: str) -> None:
    cods = sorted({*PRODUTOS[:5], *EstoqueProjecaoCache.objects.order_by("?").values_list("pk", flat=True)[:20]})
    guardar_em_memoria_os_modelos()
    esperadas = {cod: modelo_lento.projecao(cod, hoje()) for cod in cods}
    diferencas = [*da_api(porta, token, esperadas), *dos_saldos()]
    inicio = time.monotonic()
    while RecalculoPendente.objects.exists() and time.monotonic() - inicio < float(espera):
        time.sleep(0.05)
    drenou = time.monotonic() - inicio
    diferencas += [f"mark left: {cod}" for cod in RecalculoPendente.objects.values_list("cod_produto", flat=True)[:5]]
    diferencas += [*das_linhas(esperadas), *dos_eventos(), *da_api(porta, token, esperadas), *das_tarefas(perdoar)]
    diferencas += [f"conferir_estoque: {d}" for d in conferencia.conferir()]
    print(json.dumps({"diferencas": diferencas, "drenou": drenou}))


def guardar_em_memoria_os_modelos() -> None:
    """The slow model loads whole tables again and again, which nobody changes meanwhile: once will do."""

    class Tabela(list):
        def all(self):
            return self

    for modelo in (MovimentacaoEstoque, Separacao, PreSeparacaoItem, CarteiraPrincipal, Pedido, ProgramacaoProducao):
        linhas = Tabela(modelo.objects.all())
        setattr(modelo_lento, modelo.__name__, type(modelo.__name__, (), {"objects": linhas}))


def da_api(porta: str, token: str, esperadas: dict) -> list[str]:
    diferencas, api = [], Porta(int(porta), token)
    for cod, esperada in esperadas.items():
        status, obtida = api.ler(f"/api/estoque/{quote(cod, safe='')}/projecao")
        if status != 200:
            diferencas.append(f"API {cod}: {status} {obtida}")
            continue
        obtida = json.loads(json.dumps(obtida), parse_float=Decimal, parse_int=Decimal)
        diferencas += [
            f"API {cod}.{campo}: {obtida[campo]} instead of {valor}"[:400]
            for campo, valor in esperada.items()
            if obtida[campo] != valor
        ]
    api.fechar()
    return diferencas


def dos_saldos() -> list[str]:
    razao = defaultdict(Decimal)
    for movimento in MovimentacaoEstoque.objects.filter(ativo=True).iterator():
        razao[movimento.cod_produto] += movimento.qtd_movimentacao
    guardados = dict(EstoqueAtual.objects.values_list("pk", "estoque"))
    return [
        f"EstoqueAtual {cod}: {guardados.get(cod)} where the ledger says {razao.get(cod)}"
        for cod in razao.keys() | guardados.keys()
        if (guardados.get(cod) or 0) != (razao.get(cod) or 0)
    ]


def das_linhas(esperadas: dict) -> list[str]:
    diferencas = []
    for cod, esperada in esperadas.items():
        linha = EstoqueProjecaoCache.objects.filter(pk=cod).first()
        if linha is None:
            diferencas.append(f"row {cod}: missing")
            continue
        for campo, valor in esperada.items():
            if campo in DIFERENTES_NA_LINHA:
                continue
            guardado = getattr(linha, campo)
            guardado = guardado.isoformat() if hasattr(guardado, "isoformat") else guardado
            if guardado != valor:
                diferencas.append(f"row {cod}.{campo}: {guardado} instead of {valor}")
        if linha.data_base != hoje():
            diferencas.append(f"row {cod}: D0 is {linha.data_base}")
    return diferencas


def dos_eventos() -> list[str]:
    """Each edge once: an event begins where the one before it ended, and the last ends where the row is."""
    por_produto = defaultdict(list)
    for evento in EventoDeRuptura.objects.exclude(estado=EventoDeRuptura.Estado.ANULADO).order_by("id"):
        por_produto[evento.cod_produto].append(evento)
    diferencas = []
    for linha in EstoqueProjecaoCache.objects.all():
        contado, agora = bordas.SEM_RUPTURA, bordas.Situacao(linha.status_ruptura, linha.dia_ruptura)
        for evento in por_produto[linha.pk]:
            if evento.de != contado:
                diferencas.append(f"event {evento.pk} of {linha.pk}: from {evento.de}, told was {contado}")
            contado = evento.para
        if bordas.classificar(contado, agora, 1, linha.data_base):
            diferencas.append(f"events of {linha.pk}: told was {contado}, its row is {agora}")
    return diferencas


def das_tarefas(perdoar: str) -> list[str]:
    """No bell is left that somebody could take, and no task failed for a reason that is not forgiven."""
    fim = time.monotonic() + 10
    while (livres := OrmQ.objects.filter(Q(lock__lte=timezone.now())).count()) and time.monotonic() < fim:
        time.sleep(0.1)
    fracassos = [
        f"task failed: {falha.func} {falha.result}"[:600]
        for falha in Failure.objects.all()
        if not perdoar or perdoar not in str(falha.result)
    ]
    return ([f"{livres} tasks left in the broker"] if livres else []) + fracassos


if __name__ == "__main__":
    main(*sys.argv[1:])
