"""A day's work on a small scale, and `/metrics` agrees with all of it: exactly, and over several processes."""

import os
import subprocess
import sys
from decimal import Decimal
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client

from carteira.models import Separacao
from projecao import tasks, trabalhos
from projecao.importacao.carga import importar
from projecao.models import DestinoWebhook, Trabalho
from projecao.servico import ServicoProjecaoEstoque
from projecao.tests.fabrica import dia, movimentar
from projecao.tests.test_webhooks import Recebedor
from tests.medidas import medidas

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = "t" * 32


@pytest.fixture(autouse=True)
def token(settings):
    settings.METRICAS_TOKEN = TOKEN


def medir() -> dict[str, float]:
    return medidas(Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text)


class Medida:
    """What changed since it was made."""

    def __init__(self):
        self.antes = medir()

    def __call__(self, *nomes: str) -> list[float]:
        agora = medir()
        return [round(agora[nome] - self.antes.get(nome, 0), 9) for nome in nomes]


def job(nome: str, desfecho: str) -> str:
    return f'estoque_job_execucoes_total{{desfecho="{desfecho}",job="{nome}"}}'


DRENAR = "processar_recalculos_pendentes"
RECALCULOS = (
    "estoque_recalculo_segundos_count",
    "estoque_recalculo_lote_produtos_sum",
    "estoque_recalculo_gravados_total",
    "estoque_recalculo_falhas_total",
    "estoque_frescor_segundos_count",
)


def test_changes_and_their_recalculation():
    mudou = Medida()
    for cod, qtd in (("A", 100), ("A", -5), ("B", 7), ("C", -1)):
        movimentar(cod, qtd)
    agora = medir()
    assert (agora["estoque_fila_marcas"], agora["estoque_fila_produtos"], agora["estoque_fila_com_erro"]) == (4, 3, 0)
    assert 0 < agora["estoque_fila_idade_segundos"] < 60
    tasks.processar_recalculos_pendentes()
    # One chunk of three products, all of them new, for four changes.
    assert mudou(*RECALCULOS, job(DRENAR, "ok"), job(DRENAR, "erro")) == [1, 3, 3, 0, 4, 1, 0]
    agora = medir()
    assert (agora["estoque_fila_marcas"], agora["estoque_fila_idade_segundos"]) == (0, 0)
    assert [agora[f'estoque_produtos{{status_ruptura="{s}"}}'] for s in ("OK", "ATENÇÃO", "CRÍTICO")] == [2, 0, 1]
    assert (agora['estoque_projecoes{idade="fresca"}'], agora['estoque_projecoes{idade="expirada"}']) == (3, 0)
    assert agora["estoque_projecoes_de_outro_dia"] == 0
    assert agora["estoque_batimento_segundos"] < 60
    assert agora["estoque_memoria_pico_bytes"] > 10_000_000
    assert mudou("estoque_recalculo_cpu_segundos_total")[0] > 0
    # Again, by hand and for nothing: another chunk, and no row is another.
    mudou = Medida()
    ServicoProjecaoEstoque.recalcular_projecao("A")
    assert mudou(*RECALCULOS, job(DRENAR, "ok")) == [1, 1, 0, 0, 0, 0]


def test_a_product_that_fails_and_a_job_that_fails():
    mudou = Medida()
    Separacao.objects.bulk_create(
        [Separacao(cod_produto="RUIM", qtd_saldo=Decimal("999999999999"), expedicao=dia(1)) for _ in range(2)]
    )
    tasks.processar_recalculos_pendentes()
    assert mudou(*RECALCULOS, job(DRENAR, "ok"), job(DRENAR, "com_falhas")) == [0, 0, 0, 1, 0, 0, 1]
    agora = medir()
    assert (agora["estoque_fila_com_erro"], agora["estoque_fila_espera_segundos"]) == (1, 0)

    def recusar(executar, sql, *resto):
        if "projecao_recalculopendente" in sql:
            raise OperationalError("server closed the connection")
        return executar(sql, *resto)

    with connection.execute_wrapper(recusar), pytest.raises(OperationalError):
        tasks.processar_recalculos_pendentes()
    assert mudou(job(DRENAR, "erro"), f'estoque_job_segundos_count{{job="{DRENAR}"}}') == [1, 2]


@pytest.mark.redis
def test_reads_of_the_memory_tier():
    movimentar("A", 10)
    tasks.processar_recalculos_pendentes()
    memoria = [f"estoque_memoria_{nome}_total" for nome in ("acertos", "faltas", "despejos", "erros")]
    mudou = Medida()
    for _ in range(4):
        ServicoProjecaoEstoque.obter_projecao("A")
    assert mudou(*memoria) == [3, 1, 0, 0]
    assert (medir()["estoque_memoria_chaves"], medir()['estoque_memoria_estado{estado="ligada"}']) == (1, 1)


def test_rows_of_files():
    def linhas(acao):
        return f'estoque_importacao_linhas_total{{acao="{acao}",tipo="produtos"}}'

    def arquivos(desfecho):
        return f'estoque_importacao_arquivos_total{{desfecho="{desfecho}",tipo="produtos"}}'

    mudou = Medida()
    inicio = "cod_produto;nome_produto;peso_bruto\n"
    importar("produtos", BytesIO(f"{inicio}A;Azeite;1\nB;Banha;2\n".encode()))
    importar("produtos", BytesIO(f"{inicio}A;Azeite;1\nB;Banha;3\nC;Cravo;1\n".encode()), simular=True)
    importar("produtos", BytesIO(f"{inicio}A;Azeite;1\nB;Banha;3\nC;Cravo;1\n".encode()))
    importar("produtos", BytesIO(f"{inicio}A;Azeite;1\nD;Doce;muito\n".encode()))
    importar("produtos", BytesIO(f"{inicio}E;Ervas;1\nD;Doce;muito\n".encode()), parcial=True)
    assert mudou(*map(linhas, ("novas", "alteradas", "iguais", "com_erro"))) == [4, 1, 1, 2]
    assert mudou(arquivos("gravado"), arquivos("recusado")) == [3, 1]


def test_a_webhook_that_needs_a_second_try(settings):
    settings.PROJECAO_WEBHOOK_HOSTS = ["localhost"]
    tentativas = [f'estoque_webhook_tentativas_total{{desfecho="{desfecho}"}}' for desfecho in ("pendente", "entregue")]
    eventos = 'estoque_eventos_total{tipo="ruptura_detectada"}'
    with Recebedor().aberto() as recebedor:
        DestinoWebhook.objects.create(nome="ERP", endereco=recebedor.endereco)
        recebedor.respostas = [(503, {}, b"")]
        mudou = Medida()
        movimentar("A", -5)
        tasks.processar_recalculos_pendentes()
        agora = medir()
        assert (agora["estoque_eventos_pendentes"], agora["estoque_webhooks_pendentes"]) == (1, 0)
        tasks.tratar_alertas()
        agora = medir()
        assert (agora["estoque_eventos_pendentes"], agora["estoque_webhooks_pendentes"]) == (0, 0)
    assert mudou(*tentativas, "estoque_webhook_segundos_count", eventos) == [1, 1, 2, 1]
    assert mudou(job("tratar_alertas", "ok")) == [1]
    assert medir()['estoque_ocorrencias{estado="aberta"}'] == 1


def test_work_that_people_asked_for():
    trabalhos.pedir(Trabalho.Tipo.CONFERIR_ESTOQUE)
    assert medir()['estoque_trabalhos{estado="na_fila"}'] == 1
    trabalhos.executar_pendentes()
    assert medir()['estoque_trabalhos{estado="na_fila"}'] == 0


def manage(*argumentos: str) -> None:
    """A process of its own, of this test's installation."""
    nome = connection.settings_dict["NAME"]
    banco = f"sqlite:///{nome}"
    if connection.vendor == "postgresql":
        banco = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{nome}").geturl()
    ambiente = {**os.environ, "DATABASE_URL": banco, "DJANGO_SETTINGS_MODULE": "estoque_site.settings"}
    subprocess.run([sys.executable, "manage.py", *argumentos], check=True, env=ambiente, cwd=settings.BASE_DIR)


def test_processes_of_their_own_count_too(tmp_path):
    arquivo = tmp_path / "movimentos.csv"
    arquivo.write_text(
        "cod_produto;tipo_movimentacao;data_movimentacao;qtd_movimentacao\n"
        "A;ENTRADA;01/11/2026;5\nB;ENTRADA;01/11/2026;7\n"
    )
    mudou = Medida()
    manage("importar", "movimentacoes", str(arquivo))
    manage("processar_recalculos")
    assert mudou(*RECALCULOS, job(DRENAR, "ok")) == [1, 2, 2, 0, 1, 1]
    assert mudou('estoque_importacao_linhas_total{acao="novas",tipo="movimentacoes"}') == [2]
    assert len(list(settings.METRICAS_DIR.glob("counter_*.db"))) == 2, "the second took the slot of the first"
