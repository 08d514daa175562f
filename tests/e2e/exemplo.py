"""A product whose numbers are known, beside the demo's: fractions, a code to be quoted, another unified into it,
a document of each kind, one late and one without a date.

    D0 1.504,25 · D2 423,875 · D3 -76,125 (rupture) · D5 1.923,875 · D10 1.673,875
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

COD, ANTIGO = "4590/1 AÇ", "45901-A"
NOME = "PALMITO AÇAÍ <VD 12X300 G> DIA & CIA"


def hoje() -> date:
    return datetime.now(ZoneInfo("America/Sao_Paulo")).date()


def planilhas(dia: date) -> Iterator[tuple[str, str]]:
    """Kind and CSV of each file, as `manage.py importar` takes them."""

    def em(n: int) -> str:
        return f"{dia + timedelta(days=n):%d/%m/%Y}"

    yield "produtos", f"cod_produto;nome_produto\n{COD};{NOME}\n"
    yield "unificacao", f"codigo_origem;codigo_destino\n{ANTIGO};{COD}\n"
    yield (
        "movimentacoes",
        "tipo_movimentacao;cod_produto;data_movimentacao;qtd_movimentacao\n"
        f"EST INICIAL;{COD};{em(-10)};1.500,500\n"
        f"AJUSTE;{ANTIGO};{em(-9)};34,000\n",
    )
    yield (
        "pedidos",
        "separacao_lote_id;num_pedido;status;cliente;cidade;uf\nLOTE_9901;VCD99001;ABERTO;REDE SOL;NATAL;RN\n",
    )
    yield (
        "separacoes",
        f"separacao_lote_id;num_pedido;cod_produto;qtd_saldo;expedicao\nLOTE_9901;VCD99001;{COD};30,25;{em(-3)}\n",
    )
    yield (
        "pre_separacoes",
        "num_pedido;cod_produto;qtd_selecionada_usuario;data_expedicao_editada;status\n"
        f"VCD99002;{COD};1.100;{em(2)};CRIADO\n",
    )
    yield (
        "carteira",
        "num_pedido;cod_produto;raz_social_red;municipio;estado;quantidade;saldo;expedicao\n"
        f"VCD99003;{ANTIGO};LOJA LUA;RECIFE;PE;20,5;20,5;{em(2)}\n"
        f"VCD99004;{COD};LOJA LUA;RECIFE;PE;500;500;{em(3)}\n"
        f"VCD99005;{COD};LOJA LUA;RECIFE;PE;250;250;{em(10)}\n"
        f"VCD99006;{COD};LOJA LUA;RECIFE;PE;7,75;7,75;\n",
    )
    yield (
        "producao",
        "data_programacao;cod_produto;linha_producao;qtd_programada\n"
        f"{em(2)};{COD};LINHA 2;40,125\n"
        f"{em(5)};{COD};LINHA 2;2.000\n",
    )
