"""One trace from a request to the rows it caused; and nothing at all unless a collector is named."""

import multiprocessing
import os
import subprocess
import sys

import pytest
from django.test import Client
from django_q.models import OrmQ
from django_q.signals import post_execute_in_worker, post_spawn, pre_execute
from django_q.signing import SignedPackage
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from estoque_site import tracos
from projecao import tasks
from projecao.tests.fabrica import movimentar
from projecao.tests.recebedor import Recebedor

DE_FORA = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
NOVO = "/admin/projecao/produto/add/"
TAREFA = "projecao.tasks.processar_recalculos_pendentes"


@pytest.fixture
def ligado(settings):
    """As settings.py and apps.py turn it on."""
    settings.MIDDLEWARE = ["estoque_site.tracos.Pedidos", *settings.MIDDLEWARE]
    tracos.provedor.cache_clear()
    tracos.conectar()
    yield
    tracos.desconectar()
    tracos.despachar()
    tracos.provedor.cache_clear()


@pytest.fixture
def memoria(monkeypatch, ligado):
    exportador = InMemorySpanExporter()
    monkeypatch.setattr(tracos, "processador", lambda: SimpleSpanProcessor(exportador))
    return exportador


def executar(tarefa: dict, funcao=tasks.processar_recalculos_pendentes) -> None:
    """As django-q's worker does."""
    pre_execute.send(sender="django_q", func=funcao, task=tarefa)
    try:
        funcao()
        tarefa["success"] = True
    except ZeroDivisionError:
        tarefa["success"] = False
    post_execute_in_worker.send(sender="django_q", func=funcao, task=tarefa)


def tarefa_avulsa(funcao: str = TAREFA) -> dict:
    return {"id": "t1", "name": "n", "func": funcao}


def nomes(memoria) -> list[str]:
    return [span.name for span in memoria.get_finished_spans()]


@pytest.mark.django_db(transaction=True)
class TestUmSoTraco:
    def test_do_pedido_ao_recalculo(self, memoria, admin_client):
        resposta = admin_client.post(NOVO, {"cod_produto": "B", "nome_produto": "B"}, headers={"traceparent": DE_FORA})
        assert resposta.status_code == 302
        movimentar("B", 5)  # outside of any request: it leaves no span, and finds the bell rung
        executar(SignedPackage.loads(OrmQ.objects.get().payload))
        commit, pedido, recalculo, tarefa = memoria.get_finished_spans()
        assert [s.name for s in (pedido, commit, tarefa, recalculo)] == [
            "POST admin:projecao_produto_add",
            "commit",
            f"task {TAREFA}",
            "recalculo",
        ]
        assert {format(s.context.trace_id, "032x") for s in (pedido, commit, tarefa, recalculo)} == {DE_FORA[3:35]}
        pais = [s.parent.span_id for s in (pedido, commit, tarefa, recalculo)]
        assert pais == [int(DE_FORA[36:52], 16), *(s.context.span_id for s in (pedido, commit, tarefa))]
        assert pedido.kind == SpanKind.SERVER
        assert pedido.attributes["http.response.status_code"] == 302
        assert pedido.attributes["request_id"] == tarefa.attributes["request_id"] == resposta["X-Request-Id"]
        assert dict(recalculo.attributes) == {"produtos": 1, "gravados": 1}
        assert tarefa.start_time <= recalculo.start_time < recalculo.end_time <= tarefa.end_time
        assert tarefa.status.status_code == StatusCode.UNSET

    def test_nomes_sao_de_telas_e_nao_de_linhas(self, memoria, cliente_logado):
        cliente_logado.get("/api/estoque/PRODUTO-1/projecao")
        cliente_logado.get("/nada/7")
        cliente_logado.generic("INVENTADO", "/nada/7")
        cliente_logado.get("/metrics")
        tela, nada, inventado = nomes(memoria)
        assert tela.startswith("GET ") and "PRODUTO-1" not in tela
        assert (nada, inventado) == ("GET", "HTTP")

    def test_um_traceparent_sem_sentido_comeca_outro(self, memoria):
        Client().get("/saude", headers={"traceparent": "00-lixo"})
        (pedido,) = memoria.get_finished_spans()
        assert pedido.parent is None

    def test_o_que_falha_diz_que_falhou(self, memoria, monkeypatch, cliente_logado):
        monkeypatch.setattr("projecao.servico.corpo", lambda *args: 1 / 0)
        cliente_logado.raise_request_exception = False
        assert cliente_logado.get("/api/estoque/X/projecao").status_code == 500
        executar(tarefa_avulsa(), lambda: 1 / 0)
        assert [s.status.status_code for s in memoria.get_finished_spans()] == [StatusCode.ERROR] * 2

    def test_a_tarefa_agendada_comeca_o_seu_e_a_pergunta_nenhum(self, memoria):
        executar(tarefa_avulsa())
        executar(tarefa_avulsa(tracos.PERGUNTA), tasks.responder)
        (tarefa,) = memoria.get_finished_spans()
        assert (tarefa.name, tarefa.parent) == (f"task {TAREFA}", None)

    def test_fora_de_pedidos_e_tarefas_nada(self, memoria):
        movimentar("B", 5)
        assert "traceparent" not in SignedPackage.loads(OrmQ.objects.get().payload)
        tasks.processar_recalculos_pendentes()
        assert nomes(memoria) == []


def trabalhar() -> None:
    post_spawn.send(sender="django_q", proc_name="w")
    tarefa = tarefa_avulsa()
    pre_execute.send(sender="django_q", func=None, task=tarefa)
    post_execute_in_worker.send(sender="django_q", func=None, task=tarefa | {"success": True})


def test_um_trabalhador_bifurcado_manda_os_seus_antes_de_sair(ligado, monkeypatch):
    with Recebedor().aberto() as coletor:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", coletor.endereco)
        filho = multiprocessing.get_context("fork").Process(target=trabalhar)
        filho.start()
        filho.join(20)
        assert filho.exitcode == 0
        [(_, corpo)] = coletor.pedidos
    (recurso,) = ExportTraceServiceRequest.FromString(corpo).resource_spans
    assert [span.name for espaco in recurso.scope_spans for span in espaco.spans] == [f"task {TAREFA}"]
    (servico,) = (a.value.string_value for a in recurso.resource.attributes if a.key == "service.name")
    assert servico == "estoque"


@pytest.mark.django_db(transaction=True)
def test_um_coletor_que_nao_existe_nao_atrapalha_ninguem(ligado, monkeypatch, caplog):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    assert Client().get("/admin/login/").status_code == 200
    tracos.despachar()
    assert any(registro.name.startswith("opentelemetry") for registro in caplog.records)
    assert Client().get("/admin/login/").status_code == 200


def iniciar(programa: str, **ambiente) -> subprocess.CompletedProcess:
    base = {nome: os.environ[nome] for nome in ("PATH", "HOME") if nome in os.environ}
    base |= {"SECRET_KEY": "only-for-this-check", "DATABASE_URL": "sqlite:///:memory:"}
    base |= {"DJANGO_SETTINGS_MODULE": "estoque_site.settings"}
    comando = [sys.executable, "-c", programa]
    return subprocess.run(comando, env=base | ambiente, capture_output=True, text=True, check=False)


ESTADO = """
import sys
import django
django.setup()
from django.conf import settings
import estoque_site.wsgi
print(settings.MIDDLEWARE[0], *sorted({"estoque_site.tracos", "opentelemetry.exporter"} & sys.modules.keys()))
"""
SEM_PACOTES = """
import sys
sys.modules["opentelemetry.sdk"] = None
import django
django.setup()
"""
COLETOR = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}


def test_desligado_nada_se_importa():
    # Of the package itself redis-py imports what is there, for metrics of its own that nobody turns on.
    assert iniciar(ESTADO).stdout.split() == ["django_prometheus.middleware.PrometheusBeforeMiddleware"]


def test_ligado_e_o_primeiro():
    ligados = ["estoque_site.tracos.Pedidos", "estoque_site.tracos", "opentelemetry.exporter"]
    assert iniciar(ESTADO, **COLETOR).stdout.split() == ligados


def test_sem_os_pacotes_diz_qual_arquivo_instalar():
    erro = iniciar(SEM_PACOTES, **COLETOR).stderr.strip().splitlines()[-1]
    assert "ImproperlyConfigured" in erro
    assert "requirements-otel.txt" in erro
    assert iniciar(SEM_PACOTES).returncode == 0
