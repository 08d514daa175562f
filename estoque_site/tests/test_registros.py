"""One id from a request to its answer, its lines of the log and its tasks; and what a line looks like."""

import json
import logging
import logging.config
import os
import subprocess
import sys

import pytest
from django.test import Client
from django_q.models import OrmQ
from django_q.signals import post_execute_in_worker, pre_execute
from django_q.signing import SignedPackage
from structlog.contextvars import clear_contextvars, get_contextvars

from estoque_site import registros


@pytest.fixture(autouse=True)
def sem_contexto():
    clear_contextvars()
    yield
    clear_contextvars()


PROGRAMA = """
import logging, logging.config, sys, structlog
from estoque_site import registros
logging.config.dictConfig(registros.configurar(sys.argv[1], "INFO"))
structlog.contextvars.bind_contextvars(request_id="abc-1")
logging.getLogger("projecao.x").warning("produto %s: atenção", "Ç/1", extra={"cod": "Ç/1"})
structlog.get_logger("y").info("evento", quantos=2)
senha = "segredo"
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("z").exception("falhou")
"""


def linhas(formato):
    ambiente = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    comando = [sys.executable, "-c", PROGRAMA, formato]
    processo = subprocess.run(comando, capture_output=True, text=True, check=True, encoding="utf-8", env=ambiente)
    return processo.stderr


def test_json_e_um_objeto_por_linha():
    um, dois, tres = (json.loads(linha) for linha in linhas("json").splitlines())
    assert (um["mensagem"], um["level"], um["logger"]) == ("produto Ç/1: atenção", "warning", "projecao.x")
    assert um["timestamp"].endswith("Z")
    assert (um["request_id"], um["cod"]) == ("abc-1", "Ç/1")
    assert (dois["mensagem"], dois["quantos"], dois["request_id"]) == ("evento", 2, "abc-1")
    assert "ZeroDivisionError" in tres["exception"]


def test_texto_e_para_os_olhos():
    texto = linhas("texto")
    assert "produto Ç/1: atenção" in texto.splitlines()[0]
    assert "request_id=abc-1" in texto.splitlines()[0]
    assert "ZeroDivisionError: division by zero" in texto


@pytest.mark.parametrize("formato", registros.FORMATOS)
def test_variaveis_locais_nao_vao_para_o_registro(formato):
    assert "segredo" not in linhas(formato)


@pytest.mark.django_db(transaction=True)
class TestRastro:
    def test_a_resposta_diz_o_seu(self):
        um, outro = (Client().get("/saude")["X-Request-Id"] for _ in range(2))
        assert len(um) == 36
        assert um != outro

    def test_tambem_quando_nada_deu_certo(self, monkeypatch, cliente_logado):
        def quebrar(*args):
            raise RuntimeError("quebrou")

        monkeypatch.setattr("projecao.servico.corpo", quebrar)
        cliente_logado.raise_request_exception = False
        resposta = cliente_logado.get("/api/estoque/X/projecao")
        assert resposta.status_code == 500
        assert resposta["X-Request-Id"]

    def test_so_o_proxy_traz_o_seu(self, settings):
        trazido = {"X-Request-Id": "do-proxy.1"}
        assert Client().get("/saude", headers=trazido)["X-Request-Id"] != "do-proxy.1"
        settings.DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True
        assert Client().get("/saude", headers=trazido)["X-Request-Id"] == "do-proxy.1"
        for ruim in ("a b", 'x"y', "x" * 65, "é"):
            assert len(Client().get("/saude", headers={"X-Request-Id": ruim})["X-Request-Id"]) == 36

    def test_vai_com_o_sino_ate_a_tarefa(self, admin_client):
        resposta = admin_client.post("/admin/projecao/produto/add/", {"cod_produto": "B", "nome_produto": "B"})
        assert resposta.status_code == 302
        tarefa = SignedPackage.loads(OrmQ.objects.get().payload)
        assert tarefa["request_id"] == resposta["X-Request-Id"]
        pre_execute.send(sender="django_q", func=None, task=tarefa)
        assert get_contextvars() == {"tarefa": tarefa["id"], "request_id": resposta["X-Request-Id"]}
        post_execute_in_worker.send(sender="django_q", func=None, task=tarefa)
        assert get_contextvars() == {}

    def test_cada_pedido_e_uma_linha(self, cliente_logado, caplog, usuario):
        with caplog.at_level(logging.INFO, logger="django_structlog"):
            resposta = cliente_logado.get("/api/estoque?page_size=1")
        (linha,) = [r.msg for r in caplog.records if r.name.startswith("django_structlog")]
        assert (linha["event"], linha["code"]) == ("request_finished", 200)
        assert linha["request"] == "GET /api/estoque?page_size=1"
        assert (linha["request_id"], linha["usuario"]) == (resposta["X-Request-Id"], usuario.pk)

    def test_nada_e_perguntado_a_mais(self, cliente_logado, django_assert_num_queries):
        with django_assert_num_queries(
            3
        ):  # /saude's own: the heartbeat, the oldest mark, the oldest of those that failed
            cliente_logado.get("/saude")
