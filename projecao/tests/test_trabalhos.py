import threading
import time
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ

from projecao import andamento, trabalhos
from projecao.excecoes import ProdutoDesconhecido
from projecao.models import EstoqueAtual, EstoqueProjecaoCache, RecalculoPendente, Trabalho
from projecao.tests.fabrica import movimentar
from projecao.trabalhos import ACOES, Acao

Tipo, Estado = Trabalho.Tipo, Trabalho.Estado


@pytest.fixture
def acao(monkeypatch):
    """What RECALCULAR does, for one test."""

    def trocar(fazer, **opcoes):
        monkeypatch.setitem(ACOES, Tipo.RECALCULAR, Acao(fazer, **opcoes))

    return trocar


def envelhecer(trabalho, segundos=3600):
    Trabalho.objects.filter(pk=trabalho.pk).update(iniciado_em=timezone.now() - timedelta(seconds=segundos))


@pytest.mark.django_db
def test_asking_rings_once_it_is_committed(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        trabalho = trabalhos.pedir(Tipo.RECALCULAR)
        assert not OrmQ.objects.exists()
    assert [tarefa.func() for tarefa in OrmQ.objects.all()] == [trabalhos.TAREFA]
    assert trabalho.estado == Estado.NA_FILA


@pytest.mark.django_db
def test_recalculating_all_stores_every_product_and_its_outcome(usuario):
    for cod in ("A", "B", "C"):
        movimentar(cod, 10)
    trabalho = trabalhos.pedir(Tipo.RECALCULAR, usuario)
    assert trabalhos.executar_pendentes() == 1
    trabalho.refresh_from_db()
    assert trabalho.estado == Estado.CONCLUIDO and trabalho.tentativas == 1 and trabalho.terminado
    assert trabalho.resultado["produtos"] == trabalho.resultado["gravados"] == 3 and trabalho.resultado["falhas"] == {}
    assert trabalho.iniciado_em <= trabalho.concluido_em
    assert set(EstoqueProjecaoCache.objects.values_list("pk", flat=True)) == {"A", "B", "C"}
    assert not RecalculoPendente.objects.exists()
    relato = andamento.ler(trabalho.pk)
    assert (relato.feitos, relato.total) == (3, 3)


@pytest.mark.django_db
def test_only_the_chosen_products(usuario):
    movimentar("A", 10)
    movimentar("B", 10)
    trabalhos.pedir(Tipo.RECALCULAR, usuario, produtos=["B"])
    trabalhos.executar_pendentes()
    assert list(RecalculoPendente.objects.values_list("cod_produto", flat=True)) == ["A"]


@pytest.mark.django_db
def test_a_check_changes_nothing_and_a_correction_mends_what_it_found():
    movimentar("A", 10)
    trabalhos.pedir(Tipo.RECALCULAR)
    trabalhos.executar_pendentes()
    EstoqueAtual.objects.filter(pk="A").update(estoque=7)
    conferencia = trabalhos.pedir(Tipo.CONFERIR_ESTOQUE)
    trabalhos.executar_pendentes()
    conferencia.refresh_from_db()
    assert conferencia.resultado == {
        "divergencias": [["A", "estoque", "7.000", "10.000"]],
        "total": 1,
        "produtos": ["A"],
    }
    assert EstoqueAtual.objects.get(pk="A").estoque == 7
    trabalhos.pedir(Tipo.CORRIGIR_ESTOQUE, produtos=conferencia.resultado["produtos"])
    trabalhos.executar_pendentes()
    assert EstoqueAtual.objects.get(pk="A").estoque == 10


@pytest.mark.django_db
def test_a_work_that_fails_says_why_and_holds_nobody_back(acao):
    def falhar(trabalho, relator):
        raise ProdutoDesconhecido("X") if trabalho.parametros else RuntimeError("quebrou")

    acao(falhar)
    do_dominio = trabalhos.pedir(Tipo.RECALCULAR, produtos=["X"])
    interno = trabalhos.pedir(Tipo.RECALCULAR)
    ultimo = trabalhos.pedir(Tipo.CONFERIR_ESTOQUE)
    assert trabalhos.executar_pendentes() == 3
    for trabalho in (do_dominio, interno, ultimo):
        trabalho.refresh_from_db()
    assert do_dominio.estado == Estado.FALHOU and do_dominio.erro == str(ProdutoDesconhecido("X"))
    assert interno.estado == Estado.FALHOU and "RuntimeError: quebrou" in interno.erro
    assert ultimo.estado == Estado.CONCLUIDO


@pytest.mark.django_db
def test_all_or_nothing_leaves_nothing_when_it_fails(acao):
    def gravar_e_falhar(trabalho, relator):
        movimentar("A", 10)
        raise RuntimeError

    acao(gravar_e_falhar, em_uma_transacao=True)
    trabalhos.pedir(Tipo.RECALCULAR)
    trabalhos.executar_pendentes()
    assert not EstoqueAtual.objects.exists()


@pytest.mark.django_db
def test_a_silent_worker_loses_its_work_and_after_some_tries_it_ends(acao, settings):
    settings.PROJECAO_TRABALHO_SILENCIO_SEGUNDOS = 15
    andamento.ouvia_se(time.time())
    trabalho = trabalhos.pedir(Tipo.RECALCULAR)
    for tentativa in range(1, trabalhos.TENTATIVAS + 1):
        assert trabalhos._tomar().tentativas == tentativa  # and its worker is killed
        envelhecer(trabalho)
        trabalhos._retomar_interrompidos()
    trabalho.refresh_from_db()
    assert trabalho.estado == Estado.FALHOU and "Interrompido 3 vezes" in trabalho.erro


@pytest.mark.django_db
def test_a_worker_that_beats_keeps_its_work_however_long_it_takes():
    trabalho = trabalhos.pedir(Tipo.RECALCULAR)
    trabalhos._tomar()
    envelhecer(trabalho)
    cache.set(f"trabalho:{trabalho.pk}", ["Gravando", 1, 2, time.time()])
    trabalhos._retomar_interrompidos()
    trabalho.refresh_from_db()
    assert trabalho.estado == Estado.EXECUTANDO


@pytest.mark.django_db
def test_nobody_is_judged_by_a_cache_that_was_away():
    trabalho = trabalhos.pedir(Tipo.RECALCULAR)
    trabalhos._tomar()
    envelhecer(trabalho)
    trabalhos._retomar_interrompidos()  # the first that asks: nobody knows how long it was away
    trabalho.refresh_from_db()
    assert trabalho.estado == Estado.EXECUTANDO
    trabalhos._retomar_interrompidos()
    trabalho.refresh_from_db()
    assert trabalho.estado == Estado.NA_FILA


@pytest.mark.django_db
def test_a_worker_that_was_only_thought_dead_stores_nothing(acao):
    def demorar(trabalho, relator):
        # Meanwhile the sweep gives the work to another, which takes it.
        Trabalho.objects.filter(pk=trabalho.pk).update(tentativas=trabalho.tentativas + 1)
        movimentar("A", 10)
        return {"produtos": 1}

    acao(demorar, em_uma_transacao=True)
    trabalho = trabalhos.pedir(Tipo.RECALCULAR)
    trabalhos.executar_pendentes()
    trabalho.refresh_from_db()
    assert trabalho.estado == Estado.EXECUTANDO and trabalho.resultado is None
    assert not EstoqueAtual.objects.exists()


@pytest.mark.django_db
def test_progress_is_told_while_the_transaction_is_open(acao):
    vistos = []

    def gravar(trabalho, relator):
        with relator.etapa(40, "Gravando") as avancar:
            vistos.append(andamento.ler(trabalho.pk)[:3])
            avancar(15)
        vistos.append(andamento.ler(trabalho.pk)[:3])
        return {}

    acao(gravar, em_uma_transacao=True)
    trabalhos.pedir(Tipo.RECALCULAR)
    trabalhos.executar_pendentes()
    assert vistos == [("Gravando", 0, 40), ("Gravando", 15, 40)]


def test_the_beat_goes_on_while_the_work_says_nothing_and_ends_with_it(monkeypatch):
    monkeypatch.setattr(andamento, "BATIDA", 0.01)
    with andamento.acompanhar(7):
        primeira = andamento.ler(7).batida
        prazo = time.monotonic() + 10
        while andamento.ler(7).batida <= primeira:
            assert time.monotonic() < prazo
            time.sleep(0.01)
    assert not [linha for linha in threading.enumerate() if linha.name == "trabalho-7"]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_queue(acao):
    feitos, juntos = [], threading.Barrier(2, timeout=30)

    def fazer(trabalho, relator):
        juntos.wait()
        feitos.append(trabalho.pk)
        return {}

    acao(fazer)
    pedidos = {trabalhos.pedir(Tipo.RECALCULAR).pk for _ in range(2)}

    def trabalhar():
        trabalhos.executar_pendentes()
        connection.close()

    linhas = [threading.Thread(target=trabalhar) for _ in range(2)]
    for linha in linhas:
        linha.start()
    for linha in linhas:
        linha.join()
    assert set(feitos) == pedidos and len(feitos) == 2


@pytest.mark.django_db
def test_old_works_are_forgotten(settings):
    trabalho = trabalhos.pedir(Tipo.CONFERIR_ESTOQUE)
    trabalhos.executar_pendentes()
    assert trabalhos.esquecer_antigos() == 0
    Trabalho.objects.filter(pk=trabalho.pk).update(concluido_em=timezone.now() - timedelta(days=31))
    assert trabalhos.esquecer_antigos() == 1
