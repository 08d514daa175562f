from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from producao.models import ProgramacaoProducao
from projecao.importacao.carga import importar
from projecao.models import RecalculoPendente

pytestmark = pytest.mark.django_db
EXEMPLOS = Path(settings.BASE_DIR) / "docs" / "exemplos"
CABECALHO = "DATA;SEÇÃO / MÁQUINA;CÓDIGO;OP;DESCRIÇÃO;CLIENTE;QTDE\n"


@pytest.fixture
def trazer(tmp_path):
    def trazer(texto, **opcoes):
        caminho = tmp_path / "producao.csv"
        caminho.write_text(texto, encoding="cp1252")
        return importar("producao", caminho, **opcoes)

    return trazer


def contas(resultado):
    assert resultado.erros == []
    return resultado.novas, resultado.alteradas, resultado.iguais, resultado.retiradas


def test_exemplos_em_csv_e_xlsx_dizem_o_mesmo():
    novas = importar("producao", EXEMPLOS / "producao.csv").novas
    assert novas > 0
    assert contas(importar("producao", EXEMPLOS / "producao.xlsx")) == (0, 0, novas, 0)


def test_os_cabecalhos_da_empresa(trazer):
    trazer(CABECALHO + "27/06/2026;1106;P1;OP-9;Palmito;EXPORTAÇÃO;1.489\n")
    plano = ProgramacaoProducao.objects.get()
    assert (plano.data_programacao, plano.linha_producao, plano.observacao_pcp) == (date(2026, 6, 27), "1106", "OP-9")
    assert (plano.nome_produto, plano.cliente_produto, plano.qtd_programada) == ("Palmito", "EXPORTAÇÃO", 1489)


def test_a_enesima_linha_e_a_enesima_gravada(trazer):
    linha = "27/06/2026;1106;P1;;;;{}\n"
    trazer(CABECALHO + linha.format(5) + linha.format(7))
    assert contas(trazer(CABECALHO + linha.format(5) + linha.format(7))) == (0, 0, 2, 0)
    assert contas(trazer(CABECALHO + linha.format(5) + linha.format(8) + linha.format(1))) == (1, 1, 1, 0)
    assert list(ProgramacaoProducao.objects.order_by("id").values_list("qtd_programada", flat=True)) == [5, 8, 1]


def test_um_arquivo_sem_cliente_acha_as_linhas_que_o_tem(trazer):
    trazer(CABECALHO + "27/06/2026;1106;P1;OP-9;;EXPORTAÇÃO;5\n")
    assert contas(trazer("DATA;CÓDIGO;OP;QTDE\n27/06/2026;P1;OP-9;6\n")) == (0, 1, 0, 0)
    assert ProgramacaoProducao.objects.get().cliente_produto == "EXPORTAÇÃO"


def test_substituir_vale_entre_a_primeira_e_a_ultima_data(trazer):
    trazer(CABECALHO + "".join(f"{dia}/06/2026;1;P{dia};;;;5\n" for dia in (10, 11, 12, 13)))
    RecalculoPendente.objects.all().delete()
    resultado = trazer(CABECALHO + "10/06/2026;1;P10;;;;5\n12/06/2026;1;P9;;;;5\n", substituir=True)
    assert contas(resultado) == (1, 0, 1, 2)
    produtos = ProgramacaoProducao.objects.order_by("data_programacao").values_list("cod_produto", flat=True)
    assert list(produtos) == ["P10", "P9", "P13"]
    assert set(RecalculoPendente.objects.values_list("cod_produto", flat=True)) == {"P9", "P11", "P12"}


def test_quantidade_negativa_ou_em_branco_e_erro(trazer):
    erros = trazer(CABECALHO + "10/06/2026;1;P1;;;;-5\n10/06/2026;1;P1;;;;\n").erros
    assert [(erro.linha, erro.coluna) for erro in erros] == [(2, "QTDE"), (3, "QTDE")]
