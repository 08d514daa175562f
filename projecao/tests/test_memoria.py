"""The memory tier on a real Redis: it may only ever cost speed."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from django.test.utils import CaptureQueriesContext, override_settings
from django_redis import get_redis_connection

from projecao import memoria, recalculo, servico
from projecao.conf import hoje
from projecao.memoria import cache_memoria
from projecao.models import EstadoInterno, Produto
from projecao.servico import ServicoProjecaoEstoque
from projecao.tests.fabrica import movimentar, unificar

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]


def estoque(cod: str):
    return ServicoProjecaoEstoque.obter_projecao(cod)["estoque_atual"]


def alugar() -> None:
    """A fresh lease, so that the next reads need not ask the database for the generation."""
    cache_memoria._renovar(int(time.time() * 1000))


def contadores() -> tuple[int, int]:
    estado = cache_memoria.status()
    return estado["acertos"], estado["faltas"]


@pytest.fixture
def produto():
    movimentar("A", 10)
    recalculo.drenar()
    return "A"


@pytest.fixture
def redis():
    return get_redis_connection("default")


def consultas() -> CaptureQueriesContext:
    from django.db import connection

    return CaptureQueriesContext(connection)


def test_segunda_leitura_nao_pergunta_ao_banco(produto):
    assert estoque("A") == 10
    alugar()
    with consultas() as feitas:
        assert estoque("A") == 10
    assert len(feitas) == 0
    assert contadores() == (1, 1)
    assert cache_memoria.status()["taxa_acerto"] == 0.5


def test_o_que_volta_da_memoria_e_o_que_foi_guardado(produto):
    from projecao.models import EstoqueProjecaoCache

    primeira = ServicoProjecaoEstoque.obter_projecao("A")
    segunda = ServicoProjecaoEstoque.obter_projecao("A")
    assert contadores()[0] == 1
    assert primeira == segunda
    assert segunda["projecao"] == ServicoProjecaoEstoque.obter_projecoes(["A"])["A"]["projecao"]
    assert segunda["versao"] == EstoqueProjecaoCache.objects.get().versao


def test_esquece_no_commit(produto):
    assert estoque("A") == 10
    movimentar("A", 5)
    assert estoque("A") == 15


def test_esquece_tambem_quando_a_fila_termina(produto):
    movimentar("A", 5)
    assert ServicoProjecaoEstoque.obter_projecao("A")["versao"] == 2
    recalculo.drenar()
    acertos = contadores()[0]
    assert ServicoProjecaoEstoque.obter_projecao("A")["versao"] == 2
    assert contadores()[0] == acertos, "computed again, from the row"


def test_mudanca_de_nome_aparece(produto):
    estoque("A")
    Produto.objects.filter(pk="A").update(nome_produto="AZEITONA")
    assert ServicoProjecaoEstoque.obter_projecao("A")["nome_produto"] == "AZEITONA"


def test_dentro_de_uma_transacao_a_memoria_nao_e_lida_nem_escrita(produto):
    estoque("A")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        movimentar("A", 5)
        assert estoque("A") == 15
        raise ZeroDivisionError
    assert estoque("A") == 10


def test_leitor_lento_nao_guarda_o_que_ficou_velho(produto):
    """It looked before the change and answers after: what it brings must not be kept."""
    leitura = cache_memoria.ler("A", "projecao", hoje())
    velho = servico.representacao.renderizar(servico.FORMAS["projecao"](servico.obter_retrato("A")))
    movimentar("A", 5)
    cache_memoria.guardar(leitura, "projecao", hoje(), ["A"], velho)
    assert estoque("A") == 15


def test_leitor_lento_nao_guarda_depois_de_um_flush(produto, redis):
    leitura = cache_memoria.ler("A", "projecao", hoje())
    redis.flushdb()
    movimentar("A", 5)
    cache_memoria.guardar(leitura, "projecao", hoje(), ["A"], b'"velho"')
    assert estoque("A") == 15


def test_nem_se_outro_leitor_recomecou_a_contagem(produto, redis):
    leitura = cache_memoria.ler("A", "projecao", hoje())
    redis.flushdb()
    movimentar("A", 5)
    cache_memoria.ler("B", "projecao", hoje())
    cache_memoria.guardar(leitura, "projecao", hoje(), ["A"], b'"velho"')
    assert estoque("A") == 15


def test_relogio_errado_de_um_servidor_nao_desliga_a_memoria(produto):
    with time_machine.travel(datetime.now(UTC) - timedelta(seconds=20), tick=True):
        estoque("A")
        estoque("A")
    assert contadores()[0] == 1


def test_codigo_unificado_responde_e_e_esquecido_com_o_destino(produto):
    movimentar("B", 1)
    unificar("B", "A")
    recalculo.drenar()
    assert estoque("B") == estoque("A") == 11
    assert contadores()[0] >= 1
    movimentar("B", 4)  # marks B, which is kept under A
    assert estoque("A") == estoque("B") == 15


def test_desligar_a_unificacao_separa_de_novo(produto):
    movimentar("B", 1)
    unificacao = unificar("B", "A")
    assert estoque("B") == 11
    unificacao.delete()
    assert (estoque("A"), estoque("B")) == (10, 1)


@override_settings(PROJECAO_MEMORIA_CAPACIDADE=3)
def test_saem_os_menos_lidos():
    for cod in "ABCD":
        movimentar(cod, 1)
    recalculo.drenar()
    for cod in "ABC":
        estoque(cod)
        time.sleep(0.002)
    estoque("A")
    time.sleep(0.002)
    estoque("D")
    acertos, _ = contadores()
    estoque("A")
    estoque("C")
    assert contadores()[0] == acertos + 2
    estoque("B")
    assert contadores()[0] == acertos + 2, "B was the least recently read"
    assert cache_memoria.status()["chaves"] == 3
    assert cache_memoria.status()["despejos"] == 2


@override_settings(PROJECAO_MEMORIA_TTL_SEGUNDOS=1)
def test_entrada_vence(produto):
    estoque("A")
    time.sleep(1.1)
    estoque("A")
    assert contadores() == (0, 2)


def test_dia_virado_nunca_serve_o_d0_de_ontem():
    antes = datetime(2026, 11, 25, 2, 59, 58, tzinfo=UTC)  # 23:59:58 in São Paulo
    with time_machine.travel(antes, tick=False) as relogio:
        movimentar("A", 10)
        recalculo.drenar()
        for _ in range(2):
            assert ServicoProjecaoEstoque.obter_projecao("A")["data_base"] == date(2026, 11, 24)
        assert contadores()[0] == 1
        relogio.shift(2)
        for _ in range(2):
            assert ServicoProjecaoEstoque.obter_projecao("A")["data_base"] == date(2026, 11, 25)
        assert contadores()[0] == 2


def test_cardex_e_projecao_dividem_a_entrada(produto, cliente_logado):
    for _ in range(2):
        assert cliente_logado.get("/api/produto/A/cardex").json()["estoque_atual"] == 10
        assert cliente_logado.get("/api/estoque/A/projecao").json()["estoque_atual"] == 10
    assert contadores() == (2, 2)
    assert cache_memoria.status()["chaves"] == 1


class TestForaDoAr:
    """Redis away: speed is lost, nothing else."""

    @pytest.fixture
    def sem_redis(self, monkeypatch):
        def cortar():
            def recusar(*args, **kwargs):
                raise memoria.RedisError("connection refused")

            monkeypatch.setattr(memoria, "_script", lambda nome: recusar)

        return cortar

    def geracao(self):
        return EstadoInterno.objects.get(nome="memoria").valor

    def test_esquecimento_perdido_nao_ressuscita(self, produto, sem_redis, monkeypatch, redis):
        assert estoque("A") == 10
        with monkeypatch.context() as parcial:
            parcial.setattr(memoria, "_script", lambda nome: self._recusar)
            movimentar("A", 5)  # its forgetting never reaches Redis, which still holds 10
            assert estoque("A") == 15
        cache_memoria.disjuntor.fechar()
        redis.delete(memoria.VEZ)  # the lease ran out meanwhile: it is shorter than any outage
        assert estoque("A") == 15

    @staticmethod
    def _recusar(*args, **kwargs):
        raise memoria.RedisError("connection refused")

    def test_cada_esquecimento_perdido_troca_a_geracao(self, produto, sem_redis):
        antes = self.geracao()
        sem_redis()
        movimentar("A", 5)
        movimentar("A", 5)
        assert self.geracao() == antes + 2
        assert estoque("A") == 20

    def test_disjuntor_deixa_o_redis_em_paz(self, produto, monkeypatch):
        chamadas = []

        def recusar(*args, **kwargs):
            chamadas.append(1)
            raise memoria.RedisError("timeout")

        monkeypatch.setattr(memoria, "_script", lambda nome: recusar)
        for _ in range(5):
            assert estoque("A") == 10
        assert len(chamadas) == 1

    def test_status_diz_que_esta_fora(self, sem_redis):
        cache_memoria.disjuntor.abrir()
        assert cache_memoria.status()["estado"] == "indisponível"


def test_geracao_nunca_volta_atras(redis):
    """A reader that asked the database before the change of generation, and reaches Redis after it."""
    cache_memoria.trocar_geracao()
    alugar()
    atual = int(redis.get(memoria.GERACAO))
    memoria._script("renovar")(keys=[memoria.VEZ, memoria.GERACAO], args=[atual - 1, int(time.time() * 1000) + 5000])
    assert int(redis.get(memoria.GERACAO)) == atual


def test_sem_memoria_suficiente_o_redis_recusa_e_nada_fica_velho(produto, redis):
    assert estoque("A") == 10
    limite = redis.config_get("maxmemory")["maxmemory"]
    redis.config_set("maxmemory", "1")
    try:
        movimentar("A", 5)
        assert estoque("A") == 15
    finally:
        redis.config_set("maxmemory", limite)
    cache_memoria.disjuntor.fechar()
    time.sleep(0.3)
    assert estoque("A") == 15
