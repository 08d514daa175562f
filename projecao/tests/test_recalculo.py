"""A set of products → a constant number of queries → rows. Marks, failures, and two workers at once."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from carteira.models import CarteiraPrincipal, PreSeparacaoItem, Separacao
from producao.models import ProgramacaoProducao
from projecao import fila, recalculo
from projecao.models import EstoqueAtual, EstoqueProjecaoCache, MovimentacaoEstoque, Produto, RecalculoPendente
from projecao.servico import ServicoProjecaoEstoque
from projecao.tests.fabrica import dia, movimentar, unificar

pytestmark = pytest.mark.django_db


def portfolio(quantos: int) -> list[str]:
    """Products with a row in every source."""
    cods = [f"P{n:04}" for n in range(quantos)]
    comum = [{"cod_produto": cod, "num_pedido": f"V{n}"} for n, cod in enumerate(cods)]
    MovimentacaoEstoque.objects.bulk_create(
        [MovimentacaoEstoque(cod_produto=cod, tipo_movimentacao="EST INICIAL", qtd_movimentacao=100) for cod in cods]
    )
    CarteiraPrincipal.objects.bulk_create(
        [CarteiraPrincipal(**linha, qtd_saldo_produto_pedido=30, expedicao=dia(3)) for linha in comum]
    )
    PreSeparacaoItem.objects.bulk_create(
        [PreSeparacaoItem(**linha, qtd_selecionada_usuario=10, data_expedicao_editada=dia(1)) for linha in comum]
    )
    Separacao.objects.bulk_create([Separacao(**linha, qtd_saldo=5, expedicao=dia(0)) for linha in comum])
    ProgramacaoProducao.objects.bulk_create(
        [ProgramacaoProducao(cod_produto=cod, data_programacao=dia(2), qtd_programada=7) for cod in cods]
    )
    return cods


def consultas_de(acao) -> int:
    with CaptureQueriesContext(connection) as capturadas:
        acao()
    return len(capturadas)


def test_as_mesmas_consultas_para_um_e_para_mil():
    cods = portfolio(1000)
    nova_de_um = consultas_de(lambda: recalculo.recalcular(cods[:1]))
    nova_de_mil = consultas_de(lambda: recalculo.recalcular(cods[1:]))
    assert nova_de_um == nova_de_mil
    assert consultas_de(lambda: recalculo.recalcular(cods[:1])) == consultas_de(lambda: recalculo.recalcular(cods))


def test_ler_cem_custa_as_consultas_de_ler_um():
    cods = portfolio(100)
    ler = ServicoProjecaoEstoque.obter_projecoes
    assert consultas_de(lambda: ler(cods[:1])) == consultas_de(lambda: ler(cods))  # all computed on the spot
    recalculo.drenar()
    assert consultas_de(lambda: ler(cods[:1])) == consultas_de(lambda: ler(cods)) == 3
    assert len(ler(cods)) == 100


def test_cada_unidade_conta_uma_vez():
    [cod] = portfolio(1)
    recalculo.drenar()
    linha = EstoqueProjecaoCache.objects.get(pk=cod)
    assert linha.dias == [[0, 5000, 0], [1, 10000, 0], [2, 0, 7000], [3, 15000, 0]]
    assert linha.projecao.estoque_final[28] == 77000


def test_linha_so_muda_de_versao_quando_muda():
    [cod] = portfolio(1)
    recalculo.drenar()
    antes = EstoqueProjecaoCache.objects.get(pk=cod)
    assert antes.versao == 1
    assert recalculo.recalcular([cod]).gravados == 0
    depois = EstoqueProjecaoCache.objects.get(pk=cod)
    assert (depois.versao, depois.data_calculo > antes.data_calculo) == (1, True)
    movimentar(cod, 1)
    recalculo.drenar()
    assert EstoqueProjecaoCache.objects.get(pk=cod).versao == 2


def test_leitura_anuncia_a_versao_que_sera_guardada():
    [cod] = portfolio(1)
    assert ServicoProjecaoEstoque.obter_projecao(cod)["versao"] == 1
    recalculo.drenar()
    movimentar(cod, 5)
    anunciada = ServicoProjecaoEstoque.obter_projecao(cod)["versao"]
    recalculo.drenar()
    assert anunciada == EstoqueProjecaoCache.objects.get(pk=cod).versao == 2


def test_primeira_vista_de_um_codigo_cria_o_produto_com_o_nome_do_documento():
    movimentar("A", 10, nome_produto="AZEITONA")
    assert ServicoProjecaoEstoque.obter_projecao("A")["nome_produto"] == "AZEITONA"
    recalculo.drenar()
    assert Produto.objects.get().nome_produto == "AZEITONA"
    assert not RecalculoPendente.objects.exists()


def test_drenar_apaga_so_as_marcas_que_leu(monkeypatch):
    movimentar("A", 10)
    calcular = recalculo.calcular

    def calcular_enquanto_alguem_marca(*argumentos):
        fila.marcar(["A"], "outra")
        monkeypatch.setattr(recalculo, "calcular", calcular)
        return calcular(*argumentos)

    monkeypatch.setattr(recalculo, "calcular", calcular_enquanto_alguem_marca)
    recalculo.recalcular(["A"])
    assert list(RecalculoPendente.objects.values_list("motivo", flat=True)) == ["outra"]


def estragar(cod: str) -> None:
    """Quantities each of which fits, and whose sum does not."""
    MovimentacaoEstoque.objects.bulk_create(
        [MovimentacaoEstoque(cod_produto=cod, tipo_movimentacao="EST INICIAL", qtd_movimentacao=0)]
    )
    Separacao.objects.bulk_create(
        [Separacao(cod_produto=cod, qtd_saldo=Decimal("999999999999"), expedicao=dia(1)) for _ in range(2)]
    )


def test_produto_com_dados_ruins_nao_segura_os_outros():
    cods = portfolio(20)
    estragar("RUIM")
    resultado = recalculo.drenar()
    assert resultado.produtos == 20
    assert list(resultado.falhas) == ["RUIM"]
    assert EstoqueProjecaoCache.objects.filter(pk__in=cods, versao=1).count() == 20
    marcas = RecalculoPendente.objects.all()
    assert {marca.cod_produto for marca in marcas} == {"RUIM"}
    assert all(marca.erro and marca.tentativas == 1 and marca.disponivel_em > timezone.now() for marca in marcas)


def test_produto_que_falhou_e_tentado_de_novo_depois_e_se_cura():
    estragar("RUIM")
    recalculo.drenar()
    assert recalculo.drenar().falhas == {}, "not before its time"
    RecalculoPendente.objects.update(disponivel_em=timezone.now())
    assert list(recalculo.drenar().falhas) == ["RUIM"]
    assert set(RecalculoPendente.objects.values_list("tentativas", flat=True)) == {2}
    Separacao.objects.all().delete()
    assert recalculo.drenar().falhas == {}
    assert not RecalculoPendente.objects.exists()


@override_settings(PROJECAO_LOTE=3)
def test_em_lotes_e_tudo_de_uma_vez_da_no_mesmo():
    cods = portfolio(10)
    andamento = []
    assert recalculo.recalcular(cods, andamento.append).produtos == 10
    assert andamento == [3, 3, 3, 1]
    assert not RecalculoPendente.objects.exists()


def test_unificar_apaga_a_linha_da_origem():
    portfolio(2)
    recalculo.drenar()
    unificar("P0000", "P0001")
    recalculo.drenar()
    assert list(EstoqueProjecaoCache.objects.values_list("pk", flat=True)) == ["P0001"]
    assert EstoqueAtual.objects.get().estoque == 200


def test_refresca_o_que_passou_da_validade():
    cods = portfolio(3)
    recalculo.drenar()
    EstoqueProjecaoCache.objects.filter(pk=cods[0]).update(data_calculo=timezone.now() - timedelta(minutes=16))
    assert recalculo.atualizar_antigas().produtos == 1
    assert recalculo.atualizar_antigas().produtos == 0


@pytest.mark.django_db(transaction=True)
def test_dois_trabalhadores_e_escritores_ao_mesmo_tempo():
    """Whatever interleaving: no error, no mark lost, and the rows are the truth at the end."""
    from projecao.conferencia import conferir

    portfolio(12)
    erros = []

    def correr(tarefa):
        try:
            tarefa()
        except Exception as erro:
            erros.append(erro)
        finally:
            connection.close()

    def escrever():
        for n in range(40):
            movimentar(f"P{n % 12:04}", n)

    def drenar():
        for _ in range(25):
            recalculo.drenar()

    fios = [threading.Thread(target=correr, args=(tarefa,)) for tarefa in (escrever, escrever, drenar, drenar)]
    for fio in fios:
        fio.start()
    for fio in fios:
        fio.join()
    assert erros == []
    recalculo.drenar()
    assert not RecalculoPendente.objects.exists()
    assert list(conferir()) == []


def test_unificacao_que_muda_enquanto_as_marcas_sao_lidas(monkeypatch):
    """Its marks are consumed by this drain, so this drain must compute under it."""
    from projecao.conferencia import conferir

    Separacao.objects.create(cod_produto="O", qtd_saldo=7)
    movimentar("Z", 10)
    recalculo.drenar()
    movimentar("O", 1)
    tomar = fila.tomar_de

    def tomar_depois_que_alguem_unifica(cods):
        monkeypatch.setattr(fila, "tomar_de", tomar)
        unificar("O", "Z")
        return tomar([*cods, "Z"])

    monkeypatch.setattr(fila, "tomar_de", tomar_depois_que_alguem_unifica)
    recalculo.recalcular(["O"])
    assert list(conferir()) == []
    assert ServicoProjecaoEstoque.obter_projecao("Z")["projecao"][0]["saidas"] == 7


def test_erro_do_banco_nao_e_defeito_do_produto(monkeypatch):
    movimentar("A", 10)

    def travado(*argumentos):
        raise OperationalError("database is locked")

    with monkeypatch.context() as parcial:
        parcial.setattr(recalculo, "calcular", travado)
        with pytest.raises(OperationalError):
            recalculo.drenar()
    assert not RecalculoPendente.objects.exclude(erro="").exists()
    assert recalculo.drenar().produtos == 1


def test_mudanca_que_chega_durante_a_falha_e_tentada_logo(monkeypatch):
    movimentar("A", 10)

    def falhar_enquanto_alguem_conserta(*argumentos):
        raise ValueError("dados ruins")

    registrar = fila.adiar

    def adiar_depois_do_conserto(*argumentos):
        movimentar("A", 1)
        registrar(*argumentos)

    with monkeypatch.context() as parcial:
        parcial.setattr(recalculo, "calcular", falhar_enquanto_alguem_conserta)
        parcial.setattr(fila, "adiar", adiar_depois_do_conserto)
        recalculo.recalcular(["A"])
    assert set(RecalculoPendente.objects.values_list("tentativas", flat=True)) == {0, 1}
    assert ServicoProjecaoEstoque.obter_projecao("A")["estoque_atual"] == 11
    assert recalculo.drenar().produtos == 1


def test_produto_adiado_espera_tambem_na_virada_e_na_validade():
    estragar("RUIM")
    movimentar("BOM", 1)
    recalculo.drenar()
    EstoqueProjecaoCache.objects.create(
        cod_produto="RUIM", data_base=dia(-1), data_calculo=timezone.now() - timedelta(hours=1)
    )
    for _ in range(3):
        assert recalculo.avancar_dia().falhas == recalculo.atualizar_antigas().falhas == {}
    assert set(RecalculoPendente.objects.values_list("tentativas", flat=True)) == {1}


def test_dados_consertados_por_fora_sao_lidos_sem_esperar():
    movimentar("A", 10)
    RecalculoPendente.objects.update(erro="dados ruins", disponivel_em=timezone.now() + timedelta(hours=1))
    assert ServicoProjecaoEstoque.obter_projecao("A")["estoque_atual"] == 10
