"""The portfolio that is measured: the same for the same day, and larger only by more products.

A product has 40 movements, 20 open order lines and 5 production orders. Of its lines 7 are separated (one only in
part), 6 have a pre-separation of a part, and 7 wait in the carteira: each source has its third. An order
has a line of each of five products, and a lot of separation is an order's. One product in 25 is about to break.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from random import Random

from django.db import connection, transaction
from django.utils import timezone

from carteira.models import CarteiraPrincipal, Pedido, PreSeparacaoItem, Separacao
from producao.models import ProgramacaoProducao
from projecao.conf import hoje
from projecao.models import EstoqueAtual, MovimentacaoEstoque, Produto

LINHAS, MOVIMENTOS, PRODUCOES = 20, 40, 5
SEPARADAS, PRE_SEPARADAS = 7, 6
PRODUTOS_POR_PEDIDO = 5
PRODUTOS_POR_CARGA = 5_000

COLUNAS = {
    Produto: ("cod_produto", "nome_produto", "unidade", "estoque_seguranca", "ativo"),
    MovimentacaoEstoque: (
        *("cod_produto", "nome_produto", "data_movimentacao", "tipo_movimentacao", "local_movimentacao"),
        *("qtd_movimentacao", "observacao", "ativo", "criado_em", "atualizado_em"),
    ),
    EstoqueAtual: ("cod_produto", "estoque", "atualizado_em"),
    CarteiraPrincipal: (
        *("num_pedido", "cod_produto", "nome_produto", "cnpj_cpf", "raz_social_red", "municipio", "estado", "vendedor"),
        *("qtd_produto_pedido", "qtd_saldo_produto_pedido", "qtd_cancelada_produto_pedido", "expedicao", "protocolo"),
        *("separacao_lote_id", "status_pedido", "ativo", "datas_importadas"),
    ),
    PreSeparacaoItem: (
        *("num_pedido", "cod_produto", "qtd_selecionada_usuario", "data_expedicao_editada", "protocolo_editado"),
        *("status", "observacoes_usuario", "criado_em", "atualizado_em"),
    ),
    Pedido: (
        *("separacao_lote_id", "num_pedido", "status", "expedicao", "protocolo", "cnpj_cpf", "raz_social_red"),
        *("nome_cidade", "cod_uf"),
    ),
    Separacao: (
        *("separacao_lote_id", "num_pedido", "cod_produto", "nome_produto", "qtd_saldo", "expedicao", "protocolo"),
    ),
    ProgramacaoProducao: (
        *("data_programacao", "cod_produto", "nome_produto", "qtd_programada", "linha_producao", "cliente_produto"),
        "observacao_pcp",
    ),
}


def codigo(numero: int) -> str:
    return f"{4_000_000 + numero}"


def codigos(quantos: int) -> list[str]:
    return [codigo(numero) for numero in range(quantos)]


def carregar(de: int, ate: int) -> None:
    """The products number `de` to `ate` - 1, with everything of theirs; as if they had been imported long ago."""
    dia, agora = hoje(), timezone.now()
    for inicio in range(de, ate, PRODUTOS_POR_CARGA):
        tabelas = defaultdict(list)
        for numero in range(inicio, min(ate, inicio + PRODUTOS_POR_CARGA)):
            for modelo, linha in linhas_de(numero, dia, agora):
                tabelas[modelo].append(linha)
        with transaction.atomic():
            for modelo, linhas in tabelas.items():
                _inserir(modelo, linhas)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _inserir(modelo, linhas: list[tuple]) -> None:
    tabela, nomes = modelo._meta.db_table, ", ".join(COLUNAS[modelo])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            texto = "".join("\t".join(map(_no_copy, linha)) + "\n" for linha in linhas)
            cursor.copy_expert(f"COPY {tabela} ({nomes}) FROM STDIN", StringIO(texto))
        else:
            marcas = ", ".join(["%s"] * len(COLUNAS[modelo]))
            cursor.executemany(f"INSERT INTO {tabela} ({nomes}) VALUES ({marcas})", linhas)


def _no_copy(valor) -> str:
    return "\\N" if valor is None else str(valor)  # nothing of ours needs escaping


def linhas_de(numero: int, dia: date, agora) -> Iterator[tuple[type, tuple]]:
    """(model, its columns) of one product."""
    acaso = Random(numero)
    cod, nome = codigo(numero), f"PRODUTO {numero:06d} CAIXA 6X1KG"
    yield Produto, (cod, nome, "CX", "25.000" if numero % 5 == 0 else None, True)
    estoque = acaso.randrange(250_000) if numero % 25 == 0 else acaso.randrange(600_000, 3_000_000)
    yield from _movimentos(acaso, cod, nome, estoque, dia, agora)
    yield EstoqueAtual, (cod, _qtd(estoque), agora)
    for ordem in range(LINHAS):
        yield from _linha(acaso, numero, ordem, cod, nome, dia, agora)
    for ordem in range(PRODUCOES):
        data = dia + timedelta(days=acaso.randrange(-2, 29))
        plano = (data, cod, nome, _qtd(acaso.randrange(50_000, 350_000)), f"L{numero % 12:02d}", "", f"OP {ordem}")
        yield ProgramacaoProducao, plano


def _movimentos(acaso, cod, nome, estoque, dia, agora):
    inicial = estoque
    for ordem in range(1, MOVIMENTOS):
        entra = ordem % 4 == 0
        qtd = acaso.randrange(1_000, 90_000) * (3 if entra else -1)
        inicial -= qtd
        tipo, data = ("PRODUCAO" if entra else "SAIDA"), dia - timedelta(days=MOVIMENTOS - ordem)
        yield MovimentacaoEstoque, (cod, nome, data, tipo, "CD", _qtd(qtd), "", True, agora, agora)
    data = dia - timedelta(days=MOVIMENTOS)
    yield MovimentacaoEstoque, (cod, nome, data, "EST INICIAL", "CD", _qtd(inicial), "", True, agora, agora)


def _linha(acaso, numero, ordem, cod, nome, dia, agora):
    grupo = numero // PRODUTOS_POR_PEDIDO
    pedido, cliente = f"VCD{grupo:06d}{ordem:02d}", f"CLIENTE {grupo % 900:03d} LTDA"
    cnpj = f"{grupo % 900:08d}000199"
    qtd = acaso.randrange(2_000, 98_000)
    data = None if acaso.random() < 0.05 else dia + timedelta(days=acaso.randrange(-3, 36))
    lote = parte = None
    if ordem < SEPARADAS:
        parte, lote = qtd if ordem else qtd // 2, f"LOTE-{grupo:06d}-{ordem:02d}"
        yield Separacao, (lote, pedido, cod, nome, _qtd(parte), data, "")
        if numero % PRODUTOS_POR_PEDIDO == 0:
            status = ("ABERTO", "COTADO", "ABERTO", "EMBARCADO")[(grupo + ordem) % 4]
            expedicao = None if ordem % 3 else dia + timedelta(days=acaso.randrange(-2, 20))
            yield Pedido, (lote, pedido, status, expedicao, "", cnpj, cliente, "São Paulo", "SP")
    elif ordem < SEPARADAS + PRE_SEPARADAS:
        parte = qtd * 6 // 10
        editada = dia + timedelta(days=acaso.randrange(0, 30))
        yield PreSeparacaoItem, (pedido, cod, _qtd(parte), editada, "", "CRIADO", "", agora, agora)
    inteira = lote if parte == qtd else None
    yield (
        CarteiraPrincipal,
        (
            *(pedido, cod, nome, cnpj, cliente, "São Paulo", "SP", f"VENDEDOR {grupo % 40:02d}"),
            *(_qtd(qtd), _qtd(qtd), "0.000", data, "", inteira, "Pedido de venda", True, "{}"),
        ),
    )


def _qtd(milesimos: int) -> str:
    return str(Decimal(milesimos).scaleb(-3))
