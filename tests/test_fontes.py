"""The four sources: both questions have the same answer, and what is wrong with the setting is said at start."""

import random
from collections import Counter

import pytest
from django.core import checks
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carteira.models import CarteiraPrincipal, Pedido, PreSeparacaoItem, Separacao
from projecao import fontes
from projecao.checks import verificar_fila, verificar_fontes, verificar_memoria, verificar_planilhas
from projecao.conf import hoje
from projecao.tests.fabrica import dia
from tests.test_verdade import PRODUTOS, Escritor

pytestmark = pytest.mark.django_db


@pytest.fixture
def bagunca():
    escritor = Escritor(7)
    escritor.acaso = random.Random(7)
    for _ in range(60):
        escritor.criar()


@pytest.mark.parametrize("posicao", range(4))
@pytest.mark.parametrize("cods", [None, PRODUTOS[:4], []])
def test_os_documentos_somam_as_quantidades(bagunca, posicao, cods):
    fonte = fontes.carregar().todas[posicao]
    agrupadas, somadas = Counter(), Counter()
    for cod, data, qtd in fonte.quantidades(cods, hoje()):
        agrupadas[cod, data] += qtd
    for documento in fonte.documentos(cods, hoje()):
        assert documento.origem == fonte.origem
        somadas[documento.cod_produto, documento.data] += documento.quantidade
    assert agrupadas == somadas
    assert bool(agrupadas) == (cods != [])


@pytest.mark.parametrize("posicao", range(4))
def test_cada_pergunta_e_uma_consulta(bagunca, posicao):
    fonte = fontes.carregar().todas[posicao]
    for pergunta in (fonte.quantidades, fonte.documentos):
        with CaptureQueriesContext(connection) as consultas:
            list(pergunta(["100", "200"], hoje()))
        assert len(consultas) == 1


@pytest.mark.parametrize(
    ("status", "separacao", "carteira"),
    [(None, 4, 6), ("ABERTO", 4, 6), ("COTADO", 4, 6), ("EMBARCADO", 0, 6), ("FATURADO", 0, 10), ("CANCELADO", 0, 10)],
)
def test_o_status_do_lote_decide_onde_a_unidade_conta(status, separacao, carteira):
    CarteiraPrincipal.objects.create(num_pedido="1", cod_produto="A", qtd_saldo_produto_pedido=10, expedicao=dia(1))
    Separacao.objects.create(num_pedido="1", cod_produto="A", separacao_lote_id="L", qtd_saldo=4)
    if status:
        Pedido.objects.create(separacao_lote_id="L", status=status)
    demanda = {
        fonte.origem: sum(qtd for _, _, qtd in fonte.quantidades(None, hoje())) for fonte in fontes.carregar().demanda
    }
    assert demanda == {"separacao": separacao * 1000, "pre_separacao": 0, "carteira": carteira * 1000}


def test_data_do_pedido_vale_mais_que_a_da_separacao():
    Separacao.objects.create(cod_produto="A", separacao_lote_id="L", qtd_saldo=4, expedicao=dia(1))
    Pedido.objects.create(separacao_lote_id="L", expedicao=dia(5))
    [(_, data, _)] = fontes.carregar().demanda[0].quantidades(None, hoje())
    assert data == dia(5)


def test_lote_vazio_nao_e_lote():
    """Rows without a lot are joined with nobody, whether it was left out or written as an empty text."""
    Pedido.objects.create(separacao_lote_id="", status="CANCELADO")
    Pedido.objects.create(separacao_lote_id="", status="CANCELADO")
    Separacao.objects.create(cod_produto="A", separacao_lote_id="", qtd_saldo=4)
    CarteiraPrincipal.objects.create(num_pedido="1", cod_produto="A", qtd_saldo_produto_pedido=5, separacao_lote_id="")
    quantidades = [qtd for fonte in fontes.carregar().demanda for _, _, qtd in fonte.quantidades(None, hoje())]
    assert quantidades == [4000, 5000]


def test_pre_separacao_enviada_ja_nao_conta():
    CarteiraPrincipal.objects.create(num_pedido="1", cod_produto="A", qtd_saldo_produto_pedido=10)
    for status in PreSeparacaoItem.Status.values:
        PreSeparacaoItem.objects.create(num_pedido="1", cod_produto="A", qtd_selecionada_usuario=2, status=status)
    quantidades = [[qtd for _, _, qtd in fonte.quantidades(None, hoje())] for fonte in fontes.carregar().demanda]
    assert quantidades == [[], [4000], [6000]]


class TestVerificacoes:
    def ids(self, mensagens):
        return [mensagem.id for mensagem in mensagens]

    def test_a_instalacao_esta_certa(self):
        assert checks.run_checks() == []

    @pytest.mark.parametrize(
        ("caminhos", "esperado"),
        [
            (["carteira.fontes.NaoExiste"], "projecao.E001"),
            (["modulo.que.nao.existe.X"], "projecao.E001"),
            (["carteira.models.Pedido"], "projecao.E001"),
            (["carteira.fontes.Carteira", "carteira.fontes.Carteira"], "projecao.E002"),
            (["producao.fontes.Producao"], "projecao.W001"),
        ],
    )
    def test_fontes_erradas(self, settings, caminhos, esperado):
        settings.PROJECAO_FONTES = caminhos
        assert self.ids(verificar_fontes(None)) == [esperado]

    @pytest.mark.parametrize("caminho", ["carteira.models.Pedido", "nada.X", "carteira.resources.NaoExiste"])
    def test_planilhas_erradas(self, settings, caminho):
        settings.PROJECAO_PLANILHAS = [caminho]
        assert self.ids(verificar_planilhas(None)) == ["projecao.E006"]

    def test_fila_errada(self, settings):
        settings.Q_CLUSTER = {"redis": "redis://", "timeout": 60, "retry": 30}
        assert self.ids(verificar_fila(None)) == ["projecao.E003", "projecao.E004"]

    def test_memoria_errada(self, settings):
        settings.REDIS_URL = "redis://localhost"
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
        assert self.ids(verificar_memoria(None)) == ["projecao.E005"]
