from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from carteira.models import CarteiraPrincipal, Pedido, PreSeparacaoItem, Separacao
from projecao.importacao.carga import importar
from projecao.models import RecalculoPendente

pytestmark = pytest.mark.django_db
EXEMPLOS = Path(settings.BASE_DIR) / "docs" / "exemplos"

LINHAS = "num_pedido;cod_produto;qtd_produto_pedido;qtd_cancelada_produto_pedido;status_pedido\n"
DATAS = "num_pedido;cod_produto;qtd_produto_pedido;expedicao;agendamento;protocolo\n"


@pytest.fixture
def trazer(tmp_path):
    def trazer(tipo, texto, **opcoes):
        caminho = tmp_path / f"{tipo}.csv"
        caminho.write_text(texto, encoding="cp1252")
        return importar(tipo, caminho, **opcoes)

    return trazer


def contas(resultado):
    assert resultado.erros == []
    return resultado.novas, resultado.alteradas, resultado.iguais, resultado.retiradas


@pytest.mark.parametrize("tipo", ["carteira", "pedidos", "separacoes", "pre_separacoes"])
def test_exemplos_em_csv_e_xlsx_dizem_o_mesmo(tipo):
    do_csv = importar(tipo, EXEMPLOS / f"{tipo}.csv")
    assert (do_csv.novas > 0, do_csv.erros, do_csv.colunas_ignoradas) == (True, [], [])
    RecalculoPendente.objects.all().delete()
    do_xlsx = importar(tipo, EXEMPLOS / f"{tipo}.xlsx")
    assert contas(do_xlsx) == (0, 0, do_csv.novas, 0)
    assert not RecalculoPendente.objects.exists()


@pytest.mark.parametrize("prefixo", ["Referência do pedido/", ".../", "", " REFERENCIA DO PEDIDO / "])
def test_cabecalhos_do_odoo_inteiros_ou_so_o_fim(trazer, prefixo):
    cabecalho = [
        "Referência do pedido/Referência do pedido",
        "Produto/Referência interna",
        "Quantidade",
        *(f"{prefixo}{fim}" for fim in ("Cliente/Nome", "Cliente/Estado/Código do estado", "Vendedor", "Status")),
    ]
    trazer("carteira", ";".join(cabecalho) + "\nVCD1;P1;1.489,50;Mercado São João;SP;Lúcia;Pedido de venda\n")
    linha = CarteiraPrincipal.objects.get()
    assert (linha.raz_social_red, linha.estado, linha.vendedor) == ("Mercado São João", "SP", "Lúcia")
    assert (linha.qtd_produto_pedido, linha.status_pedido) == (Decimal("1489.5"), "Pedido de venda")


def test_saldo_que_o_arquivo_nao_traz(trazer):
    trazer("carteira", LINHAS + "1;P1;10;4;\n2;P1;3;5;\n")
    assert list(
        CarteiraPrincipal.objects.order_by("num_pedido").values_list("qtd_saldo_produto_pedido", flat=True)
    ) == [6, 0]
    # A line that is stored keeps its own.
    trazer("carteira", LINHAS + "1;P1;20;4;\n")
    assert CarteiraPrincipal.objects.get(num_pedido="1").qtd_saldo_produto_pedido == 6
    assert CarteiraPrincipal.objects.get(num_pedido="1").qtd_produto_pedido == 20
    resultado = trazer("carteira", "num_pedido;cod_produto;protocolo\n1;P1;A\n9;P9;B\n")
    assert [(erro.linha, erro.motivo) for erro in resultado.erros] == [(3, "linha nova sem quantidade nem saldo")]


def test_cancelado_sai_e_pode_voltar(trazer):
    trazer("carteira", LINHAS + "1;P1;10;0;Pedido de venda\n")
    resultado = trazer("carteira", LINHAS + "1;P1;10;0;CANCELADO\n2;P2;5;0;Cancelado\n")
    assert (contas(resultado), resultado.ignoradas) == ((0, 0, 0, 1), 1)
    assert not CarteiraPrincipal.objects.get().ativo
    assert contas(trazer("carteira", LINHAS + "1;P1;10;0;CANCELADO\n")) == (0, 0, 1, 0)
    assert contas(trazer("carteira", LINHAS + "1;P1;10;0;Pedido de venda\n")) == (0, 1, 0, 0)
    assert CarteiraPrincipal.objects.get().ativo


def test_linha_repetida_e_erro(trazer):
    resultado = trazer("carteira", LINHAS + "1;P1;10;0;\n1;P2;1;0;\n1;P1;5;0;\n")
    assert [str(erro) for erro in resultado.erros] == ["Linha 4: repete a linha 2 (1, P1)"]
    assert not CarteiraPrincipal.objects.exists()


def test_substituir_deixa_a_carteira_como_o_arquivo(trazer):
    trazer("carteira", LINHAS + "1;P1;10;0;\n1;P2;5;0;\n2;P1;1;0;\n")
    RecalculoPendente.objects.all().delete()
    assert contas(trazer("carteira", LINHAS + "1;P1;10;0;\n3;P3;7;0;\n", substituir=True)) == (1, 0, 1, 2)
    ativas = CarteiraPrincipal.objects.filter(ativo=True).values_list("num_pedido", "cod_produto")
    assert set(ativas) == {("1", "P1"), ("3", "P3")}
    assert set(RecalculoPendente.objects.values_list("cod_produto", flat=True)) == {"P1", "P2", "P3"}


def test_substituir_com_uma_linha_ruim_nao_retira_ninguem(trazer):
    """The bad row may be the very line that would be taken for gone."""
    trazer("carteira", LINHAS + "1;P1;10;0;\n2;P2;5;0;\n")
    resultado = trazer("carteira", LINHAS + "1;P1;10;0;\n2;P2;x;0;\n", substituir=True, parcial=True)
    assert not resultado.gravado
    assert CarteiraPrincipal.objects.filter(ativo=True).count() == 2


# Dates: the file's, until a planner says otherwise (SPEC.md section 8)


def datas():
    return CarteiraPrincipal.objects.values_list("expedicao", "agendamento", "protocolo").get()


@pytest.mark.parametrize("substituir", [False, True])
def test_datas_do_planejador_sobrevivem(trazer, substituir):
    trazer("carteira", DATAS + "1;P1;10;01/12/2026;02/12/2026;A\n")
    CarteiraPrincipal.objects.update(expedicao=date(2026, 12, 20))
    resultado = trazer("carteira", DATAS + "1;P1;10;05/12/2026;06/12/2026;B\n", substituir=substituir)
    assert (contas(resultado), resultado.preservados) == ((0, 1, 0, 0), 1)
    assert datas() == (date(2026, 12, 20), date(2026, 12, 6), "B")
    assert contas(trazer("carteira", DATAS + "1;P1;10;05/12/2026;06/12/2026;B\n", substituir=substituir)) == (
        0,
        0,
        1,
        0,
    )


def test_uma_data_apagada_pelo_planejador_continua_apagada(trazer):
    trazer("carteira", DATAS + "1;P1;10;01/12/2026;;\n")
    CarteiraPrincipal.objects.update(expedicao=None)
    trazer("carteira", DATAS + "1;P1;10;09/12/2026;;\n")
    assert datas() == (None, None, "")


def test_quando_o_arquivo_alcanca_o_planejador_volta_a_mandar(trazer):
    trazer("carteira", DATAS + "1;P1;10;01/12/2026;;\n")
    CarteiraPrincipal.objects.update(expedicao=date(2026, 12, 20))
    trazer("carteira", DATAS + "1;P1;10;20/12/2026;;\n")
    trazer("carteira", DATAS + "1;P1;10;22/12/2026;;\n")
    assert datas() == (date(2026, 12, 22), None, "")


def test_linha_criada_aqui_recebe_so_o_que_lhe_falta(trazer):
    CarteiraPrincipal.objects.create(num_pedido="1", cod_produto="P1", expedicao=date(2026, 12, 20))
    trazer("carteira", DATAS + "1;P1;10;01/12/2026;02/12/2026;A\n")
    assert datas() == (date(2026, 12, 20), date(2026, 12, 2), "A")


# Lots, separations, pre-separations


def test_pedidos_pelo_lote_e_senao_pelo_numero(trazer):
    cabecalho = "separacao_lote_id;num_pedido;status\n"
    trazer("pedidos", cabecalho + "L1;1;aberto\n;2;Cotado\n;1;\n")
    assert Pedido.objects.count() == 3
    assert contas(trazer("pedidos", cabecalho + "L1;1;NF NO CD\n;2;COTADO\n;1;\n")) == (0, 1, 2, 0)
    assert Pedido.objects.get(separacao_lote_id="L1").status == Pedido.Status.NF_NO_CD
    erros = trazer("pedidos", cabecalho + ";;ABERTO\nL2;1;PERDIDO\n").erros
    assert [(erro.linha, erro.coluna) for erro in erros] == [(2, ""), (3, "status")]


def test_um_pedido_marca_os_produtos_do_lote(trazer):
    Separacao.objects.create(separacao_lote_id="L1", num_pedido="1", cod_produto="P1", qtd_saldo=5)
    RecalculoPendente.objects.all().delete()
    trazer("pedidos", "separacao_lote_id;status\nL1;EMBARCADO\n")
    assert RecalculoPendente.objects.get().cod_produto == "P1"


def test_separacoes(trazer):
    cabecalho = "separacao_lote_id;num_pedido;cod_produto;qtd_saldo;pallet\n"
    trazer("separacoes", cabecalho + "L1;1;P1;10;0,833333\nL2;1;P1;5;\n")
    assert contas(trazer("separacoes", cabecalho + "L1;1;P1;10;0,833333\nL2;1;P1;4;\n")) == (0, 1, 1, 0)
    assert Separacao.objects.get(separacao_lote_id="L1").pallet == Decimal("0.833")
    assert len(trazer("separacoes", cabecalho + "L1;1;P1;-1;\n;1;P1;1,0001;\n").erros) == 3


def test_pre_separacoes_iguais_sao_varias(trazer):
    cabecalho = "num_pedido;cod_produto;data_expedicao_editada;qtd_selecionada_usuario\n"
    trazer("pre_separacoes", cabecalho + "1;P1;01/12/2026;5\n1;P1;01/12/2026;7\n1;P1;;5\n")
    primeira, segunda, _ = PreSeparacaoItem.objects.order_by("id")
    assert contas(trazer("pre_separacoes", cabecalho + "1;P1;01/12/2026;5\n1;P1;01/12/2026;8\n")) == (0, 1, 1, 0)
    antes = segunda.atualizado_em
    segunda.refresh_from_db()
    assert (segunda.qtd_selecionada_usuario, segunda.atualizado_em > antes) == (8, True)
    assert PreSeparacaoItem.objects.get(pk=primeira.pk).atualizado_em == primeira.atualizado_em
