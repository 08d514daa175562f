"""The commands of SPEC.md section 7, as a shell calls them."""

import csv
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from openpyxl import load_workbook

from carteira.models import CarteiraPrincipal, Separacao
from producao.models import ProgramacaoProducao
from projecao.models import EstoqueAtual, EstoqueProjecaoCache, RecalculoPendente
from projecao.tests.fabrica import dia, movimentar, unificar

pytestmark = pytest.mark.django_db


def sql(comando: str, *parametros) -> None:
    with connection.cursor() as cursor:
        cursor.execute(comando, parametros)


@pytest.fixture
def carteira():
    for cod in "ABC":
        movimentar(cod, 10, nome_produto=f"PRODUTO {cod}")
    CarteiraPrincipal.objects.create(num_pedido="1", cod_produto="B", qtd_saldo_produto_pedido=15, expedicao=dia(1))
    call_command("processar_recalculos")


class TestRecalcular:
    def test_processar_esvazia_a_fila(self, carteira, capsys):
        assert EstoqueProjecaoCache.objects.count() == 3
        call_command("processar_recalculos")
        assert "0 produtos recalculados" in capsys.readouterr().out

    def test_alguns_todos_e_expiradas(self, carteira, capsys):
        call_command("recalcular_projecoes", produto=["A", "B"])
        assert "2 produtos recalculados, 0 mudaram" in capsys.readouterr().out
        call_command("recalcular_projecoes", todos=True)
        assert "3 produtos" in capsys.readouterr().out
        call_command("recalcular_projecoes", expiradas=True)
        assert "0 produtos" in capsys.readouterr().out

    def test_todos_acha_o_que_passou_por_fora_do_django(self, carteira):
        sql(
            "INSERT INTO carteira_separacao (num_pedido, cod_produto, nome_produto, qtd_saldo, protocolo) "
            "VALUES ('9', 'NOVO', 'POR FORA', 3, '')"
        )
        call_command("recalcular_projecoes", todos=True)
        linha = EstoqueProjecaoCache.objects.select_related("produto").get(pk="NOVO")
        assert (linha.saidas_atrasadas, linha.produto.nome_produto) == (3, "POR FORA")

    def test_codigo_que_ninguem_mencionou(self, carteira):
        with pytest.raises(CommandError, match="XYZ"):
            call_command("recalcular_projecoes", produto=["A", "XYZ"])

    def test_falhas_sao_ditas_e_a_saida_e_1(self, carteira, capsys):
        Separacao.objects.bulk_create([Separacao(cod_produto="R", qtd_saldo=Decimal("999999999999"))] * 1)
        Separacao.objects.bulk_create([Separacao(cod_produto="R", qtd_saldo=Decimal("999999999999"))])
        with pytest.raises(CommandError, match="1 produtos falharam"):
            call_command("processar_recalculos")
        assert "R: " in capsys.readouterr().err

    def test_avancar_dia(self, carteira, capsys):
        EstoqueProjecaoCache.objects.filter(pk="A").update(data_base=dia(-1))
        call_command("avancar_dia")
        assert "1 produtos" in capsys.readouterr().out
        assert EstoqueProjecaoCache.objects.get(pk="A").data_base == dia(0)


class TestConferir:
    def test_nada_diverge(self, carteira, capsys):
        call_command("conferir_estoque")
        assert "Nada diverge" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("comando", "campo"),
        [
            ("UPDATE projecao_estoqueatual SET estoque = 99 WHERE cod_produto = 'A'", "A estoque: guardado 99"),
            ("DELETE FROM projecao_estoqueatual WHERE cod_produto = 'A'", "A estoque: guardado None"),
            ("UPDATE projecao_movimentacaoestoque SET qtd_movimentacao = 3 WHERE cod_produto = 'A'", "correto 3"),
            ("DELETE FROM carteira_carteiraprincipal", "B status_ruptura: guardado CRÍTICO, correto OK"),
            (
                "UPDATE carteira_carteiraprincipal SET qtd_saldo_produto_pedido = 16",
                "B menor_estoque_7d: guardado -5.000, correto -6",
            ),
            ("DELETE FROM projecao_estoqueprojecaocache WHERE cod_produto = 'C'", "C projecao"),
            ("UPDATE projecao_estoqueprojecaocache SET menor_estoque_7d = 1 WHERE cod_produto = 'C'", "guardado 1"),
        ],
    )
    def test_acha_o_que_o_sql_mudou_e_conserta(self, carteira, capsys, comando, campo):
        sql(comando)
        with pytest.raises(CommandError, match="1 produtos divergem"):
            call_command("conferir_estoque")
        assert campo in capsys.readouterr().out
        call_command("conferir_estoque", corrigir=True)
        assert "1 produtos corrigidos" in capsys.readouterr().out
        call_command("conferir_estoque")

    def test_estoque_errado_nao_faz_a_projecao_certa_parecer_errada(self, carteira, capsys):
        sql("UPDATE projecao_estoqueatual SET estoque = 99 WHERE cod_produto = 'A'")
        with pytest.raises(CommandError):
            call_command("conferir_estoque")
        assert len(capsys.readouterr().out.splitlines()) == 1

    def test_o_que_esta_na_fila_nao_diverge(self, carteira):
        movimentar("A", 5)
        call_command("conferir_estoque")
        assert RecalculoPendente.objects.count() == 1, "it only looks"

    def test_saldo_solto_de_um_codigo_unificado(self, carteira):
        unificar("A", "B")
        call_command("processar_recalculos")
        sql("INSERT INTO projecao_estoqueatual (cod_produto, estoque, atualizado_em) VALUES ('A', 1, %s)", dia(0))
        with pytest.raises(CommandError):
            call_command("conferir_estoque")
        call_command("conferir_estoque", corrigir=True)
        assert not EstoqueAtual.objects.filter(pk="A").exists()


def test_status_cache_mostra_tudo(carteira, capsys):
    call_command("status_cache")
    saida = capsys.readouterr().out
    for texto in ("Projeções", "Fila", "Memória", "processar_recalculos_pendentes", "mais lentos", "total: 3"):
        assert texto in saida


def test_agendar_jobs(capsys):
    call_command("agendar_jobs")
    assert "job_avancar_dia: * * * * * */30" in capsys.readouterr().out


class TestExportar:
    @pytest.fixture
    def planilha(self, carteira):
        movimentar("D", Decimal("1489.5"), nome_produto="=CMD()|' /C calc'!A0")
        CarteiraPrincipal.objects.create(num_pedido="2", cod_produto="D", qtd_saldo_produto_pedido=7)
        ProgramacaoProducao.objects.create(
            cod_produto="B", data_programacao=dia(1), qtd_programada=2, linha_producao="ENVASE 1"
        )
        call_command("processar_recalculos")

    def test_csv(self, planilha, tmp_path, capsys):
        arquivo = tmp_path / "projecao.csv"
        call_command("exportar_projecao", str(arquivo))
        assert "4 produtos" in capsys.readouterr().out
        with arquivo.open(encoding="utf-8-sig", newline="") as texto:
            linhas = list(csv.DictReader(texto, delimiter=";"))
        assert [linha["COD"] for linha in linhas] == list("ABCD")
        b = linhas[1]
        assert (b["LINHA"], b["Descrição Produto"], b["CART"]) == ("ENVASE 1", "PRODUTO B", "15")
        assert b["Previsão de ruptura"] == f"{dia(1):%d/%m/%Y}"
        do_dia = [b[f"{coluna} D1"] for coluna in ("EST INICIAL", "SAIDA", "EST FINAL", "PROG PROD")]
        assert do_dia == ["10", "15", "-5", "2"], "EST FINAL is before production"
        assert b["EST INICIAL D2"] == "-3"
        assert (linhas[3]["CART"], linhas[3]["EST INICIAL D0"]) == ("7", "1489,5")

    def test_xlsx(self, planilha, tmp_path):
        arquivo = tmp_path / "projecao.xlsx"
        call_command("exportar_projecao", str(arquivo))
        cabecalho, *linhas = load_workbook(arquivo)["Projeção"].iter_rows(values_only=True)
        assert cabecalho[:9] == (
            "COD",
            "LINHA",
            "Descrição Produto",
            "CART",
            "Previsão de ruptura",
            "EST INICIAL D0",
            "SAIDA D0",
            "EST FINAL D0",
            "PROG PROD D0",
        )
        assert len(cabecalho) == 5 + 29 * 4
        assert linhas[1][4].date() == dia(1)
        assert linhas[3][5] == 1489.5

    @pytest.mark.parametrize("nome", ["projecao.csv", "projecao.xlsx"])
    def test_texto_que_seria_formula_e_neutralizado(self, planilha, tmp_path, nome):
        arquivo = tmp_path / nome
        call_command("exportar_projecao", str(arquivo))
        if nome.endswith("csv"):
            assert ";'=CMD()" in arquivo.read_text(encoding="utf-8-sig")
        else:
            celula = load_workbook(arquivo)["Projeção"]["C5"]
            assert (celula.value[:2], celula.data_type) == ("'=", "s")

    def test_os_numeros_sao_os_da_fila_ainda_nao_processada(self, planilha, tmp_path):
        movimentar("A", 90)
        arquivo = tmp_path / "projecao.csv"
        call_command("exportar_projecao", str(arquivo))
        assert arquivo.read_text(encoding="utf-8-sig").splitlines()[1].split(";")[5] == "100"

    def test_formato_e_destino_impossiveis(self, tmp_path):
        with pytest.raises(CommandError, match="Use .xlsx ou .csv"):
            call_command("exportar_projecao", str(tmp_path / "x.pdf"))
        with pytest.raises(CommandError, match="Não foi possível gravar"):
            call_command("exportar_projecao", str(tmp_path / "nada" / "x.csv"))
