"""Writes the sample files of this folder, around a date: `python gerar.py 2026-11-24`.

The same date gives the same bytes. Every customer, order and figure is invented; the files agree with each other.
"""

import csv
import io
import random
import re
import sys
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook

PASTA = Path(__file__).parent

# code, name, units a pallet, gross weight (kg), safety stock, opening stock, line, price
PRODUTOS = [
    ("4320147", "AZEITONA VERDE FATIADA - BD 6X2 KG - CAMPO BELO", 60, "18.6", 120, 640, "1106", "187.90"),
    ("4320154", "AZEITONA VERDE FATIADA - POUCH 18X150 G - CAMPO BELO", 120, "5.3", 80, 310, "1104", "96.40"),
    ("4320162", "AZEITONA VERDE INTEIRA - BD 6X2 KG - CAMPO BELO", 60, "18.6", 150, 1489, "1106", "169.50"),
    ("4320170", "AZEITONA PRETA SEM CAROÇO - BD 6X2 KG - CAMPO BELO", 60, "18.4", 60, 95, "1106", "212.00"),
    ("4329162", "AZEITONA VERDE INTEIRA - BD 6X2 KG - EXPORTAÇÃO", 60, "18.6", "", 40, "1106", "174.00"),
    ("4310148", "AZEITONA VERDE RECHEADA - VD 24X200 G - DONA ROSA", 110, "9.8", 50, 220, "1102", "143.75"),
    ("4310152", "COGUMELO INTEIRO - VD 12X300 G - DONA ROSA", 130, "6.9", 40, 18, "1103", "118.20"),
    ("4320162C", "COGUMELO FATIADO - BALDE 2 KG - CAMPO BELO", 90, "3.4", 30, 260, "1103", "74.10"),
    ("4310160", "COGUMELO FATIADO - POUCH 18X100 G - DONA ROSA", 140, "3.6", "", 0, "1103", "82.65"),
    ("4510145", "PALMITO DE PUPUNHA INTEIRO - VD 15X300 G - SERRA ALTA", 96, "9.1", 60, 175, "1201", "246.00"),
    ("4510156", "PALMITO DE PUPUNHA RODELAS - VD 15X300 G - SERRA ALTA", 96, "9.1", 60, 88, "1201", "198.30"),
    ("4520145", "PALMITO DE AÇAÍ TOLETE - LT 12X500 G - SERRA ALTA", 84, "9.7", 20, 12, "1201", "274.80"),
    ("4639151", "MOLHO SHOYU - PET 12X1 L - DONA ROSA", 70, "14.2", 100, 930, "1301", "59.90"),
    ("4639168", "MOLHO INGLÊS - PET 24X150 ML - DONA ROSA", 150, "4.7", "", 415, "1301", "47.25"),
    ("4639170", "MOLHO DE PIMENTA - VD 24X150 ML - DONA ROSA", 150, "7.4", 40, 35, "1301", "68.00"),
    ("4729098", "KETCHUP - GALÃO 4X3,5 KG - CAMPO BELO", 66, "15.1", 80, 540, "1302", "88.70"),
    ("4729102", "MOSTARDA - GALÃO 4X3,3 KG - CAMPO BELO", 66, "14.4", 80, 130, "1302", "84.15"),
    ("4729110", "MAIONESE - BALDE 3 KG - CAMPO BELO", 160, "3.2", 120, 360, "1302", "31.40"),
    ("4840101", "AZEITE EXTRA VIRGEM - VD 12X500 ML - QUINTA DO VALE", 100, "10.9", 50, 205, "1401", "395.00"),
    ("4840118", "ÓLEO COMPOSTO - PET 12X500 ML - QUINTA DO VALE", 110, "6.2", 90, 700, "1401", "112.50"),
    ("4850103", "VINAGRE DE MAÇÃ - PET 12X750 ML - QUINTA DO VALE", 75, "10.1", "", 480, "1402", "43.20"),
    ("4860109", "PEPINO EM CONSERVA - VD 12X300 G - DONA ROSA", 128, "7.0", 30, 64, "1102", "97.60"),
    ("4860116", "ALCAPARRA - BD 6X2 KG - CAMPO BELO", 60, "15.8", 15, 22, "1104", "318.00"),
    ("4870105", "TOMATE SECO - BALDE 1,4 KG - SERRA ALTA", 180, "1.6", 25, 57, "1105", "76.90"),
]
CLIENTES = [
    ("12.345.671/0001-10", "MERCADO BOA ESPERANÇA", "São Paulo", "SP", "João Batista"),
    ("23.456.782/0001-21", "ATACADÃO DO PLANALTO", "Goiânia", "GO", "Lúcia Prado"),
    ("34.567.893/0001-32", "SUPERMERCADOS TRÊS IRMÃOS", "Belo Horizonte", "MG", "João Batista"),
    ("45.678.904/0001-43", "DISTRIBUIDORA MARÉ ALTA", "Vitória", "ES", "Sérgio Antunes"),
    ("56.789.015/0001-54", "PIZZARIAS FORNO DE PEDRA", "Curitiba", "PR", "Lúcia Prado"),
    ("67.890.126/0001-65", "COZINHA INDUSTRIAL SABOR & CIA", "Recife", "PE", "Sérgio Antunes"),
]
UNIFICACOES = [("4329162", "4320162"), ("4310160A", "4310160"), ("4729098-OLD", "4729098"), ("4510145X", "4510145")]

CARTEIRA = [
    "Referência do pedido/Referência do pedido",
    "Referência do pedido/Cliente/CNPJ",
    "Referência do pedido/Cliente/Nome",
    "Referência do pedido/Cliente/Município/Nome do Município",
    "Referência do pedido/Cliente/Estado/Código do estado",
    "Referência do pedido/Vendedor",
    "Referência do pedido/Status",
    "Produto/Referência interna",
    "Produto/Nome",
    "Quantidade",
    "Saldo",
    "Cancelado",
    "Preço unitário",
    "Data de Expedição",
    "Data de agendamento",
    "Protocolo de agendamento",
]


class Empresa:
    """An invented week of the company: each method makes the rows of a file, header first."""

    def __init__(self, hoje: date):
        self.hoje = hoje
        self.sorteio = random.Random(hoje.toordinal())
        self.pedidos = [
            (f"VCD{26 + numero // 10}{4100 + 7 * numero}", self._linhas_de_pedido()) for numero in range(14)
        ]

    def dia(self, dias: int) -> date:
        return self.hoje + timedelta(days=dias)

    def _linhas_de_pedido(self):
        quais = self.sorteio.sample(PRODUTOS, self.sorteio.randint(2, 4))
        return [(produto, self.sorteio.randrange(4, 90) * 2) for produto in quais]

    def produtos(self):
        yield ["Cód.Produto", "Descrição Produto", "PALLETIZACAO", "PESO BRUTO", "Estoque de segurança"]
        for cod, nome, pallet, peso, seguranca, *_ in PRODUTOS:
            yield [cod, nome, pallet, Decimal(peso), seguranca]

    def unificacao(self):
        yield ["De - Codigo", "Para - Codigo", "Observação"]
        for origem, destino in UNIFICACOES:
            yield [origem, destino, "Mesmo produto, código antigo"]

    def movimentacoes(self):
        prefixo = "Column1."
        colunas = ["COD_EMPRESA", "COD_PRODUTO", "DESCR_PRODUTO", "UN", "COD_LOCAL", "SALDO_ITEM"]
        yield [prefixo + coluna for coluna in colunas]
        for cod, nome, *_, estoque, _linha, _preco in PRODUTOS:
            yield ["EST INICIAL", cod, nome, "CD CENTRAL", self.dia(-30), estoque]
        for cod, nome, *_ in self.sorteio.sample(PRODUTOS, 12):
            yield [
                "PRODUÇÃO",
                cod,
                nome,
                "FÁBRICA",
                self.dia(-self.sorteio.randint(2, 20)),
                self.sorteio.randint(20, 90),
            ]
        for cod, nome, *_, estoque, _linha, _preco in self.sorteio.sample(PRODUTOS, 10):
            yield ["SAÍDA", cod, nome, "CD CENTRAL", self.dia(-self.sorteio.randint(1, 15)), -(estoque // 5)]
        for cod, nome, *_ in self.sorteio.sample(PRODUTOS, 3):
            yield ["AJUSTE", cod, nome, "CD CENTRAL", self.dia(-1), Decimal("-1.5")]

    def carteira(self):
        yield CARTEIRA
        for numero, (pedido, linhas) in enumerate(self.pedidos):
            *cliente, vendedor = CLIENTES[numero % len(CLIENTES)]
            cancelado = numero == 13
            expedicao = "" if numero % 5 == 4 else self.dia(numero - 2)
            agendamento = self.dia(numero + 1) if expedicao and numero % 3 == 0 else ""
            for (cod, nome, *_, preco), qtd in linhas:
                yield [
                    pedido,
                    *cliente,
                    vendedor,
                    "Cancelado" if cancelado else "Pedido de venda",
                    cod,
                    nome,
                    qtd,
                    0 if cancelado else qtd,
                    qtd if cancelado else 0,
                    Decimal(preco),
                    expedicao,
                    agendamento,
                    f"AG{7000 + numero}" if agendamento else "",
                ]

    def _lotes(self):
        """The first six orders are separated, whole or (the odd ones) but for their last line."""
        for numero, (pedido, linhas) in enumerate(self.pedidos[:6]):
            separadas = linhas[:-1] if numero % 2 else linhas
            yield numero, f"LOTE-{self.hoje:%Y%m%d}-{numero + 1:03}", pedido, separadas

    def pedidos_(self):
        yield [
            "separacao_lote_id",
            "num_pedido",
            "status",
            "expedicao",
            "agendamento",
            "protocolo",
            "cnpj_cpf",
            "raz_social_red",
            "nome_cidade",
            "cod_uf",
        ]
        status = ["EMBARCADO", "COTADO", "ABERTO", "ABERTO", "COTADO"]  # the sixth lot has no Pedido yet
        for (numero, lote, pedido, _), situacao in zip(self._lotes(), status, strict=False):
            *cliente, _vendedor = CLIENTES[numero % len(CLIENTES)]
            yield [lote, pedido, situacao, self.dia(numero), "", "", *cliente]

    def separacoes(self):
        yield [
            "separacao_lote_id",
            "num_pedido",
            "cod_produto",
            "nome_produto",
            "qtd_saldo",
            "valor_saldo",
            "pallet",
            "peso",
            "expedicao",
        ]
        for numero, lote, pedido, linhas in self._lotes():
            for (cod, nome, pallet, peso, *_, preco), qtd in linhas:
                pallets = round(Decimal(qtd) / pallet, 3)
                yield [
                    lote,
                    pedido,
                    cod,
                    nome,
                    qtd,
                    qtd * Decimal(preco),
                    pallets,
                    qtd * Decimal(peso),
                    self.dia(numero),
                ]

    def pre_separacoes(self):
        yield [
            "num_pedido",
            "cod_produto",
            "qtd_selecionada_usuario",
            "data_expedicao_editada",
            "data_agendamento_editada",
            "status",
            "observacoes_usuario",
        ]
        for numero, (pedido, linhas) in enumerate(self.pedidos[6:13]):
            for posicao, ((cod, *_), qtd) in enumerate(linhas[:-1]):
                parte = qtd // 2 if posicao else qtd
                observacao = "Aguardando o resto" if posicao else ""
                yield [pedido, cod, parte, self.dia(numero + 3), "", "RECOMPOSTO" if posicao else "CRIADO", observacao]

    def producao(self):
        yield ["DATA", "SEÇÃO / MÁQUINA", "CÓDIGO", "OP", "DESCRIÇÃO", "CLIENTE", "QTDE"]
        for numero in range(32):
            cod, nome, *_, linha, _preco = self.sorteio.choice(PRODUTOS)
            cliente = "EXPORTAÇÃO" if numero % 9 == 5 else ""
            yield [
                self.dia(numero * 2 // 3),
                linha,
                cod,
                f"OP-{81000 + numero}",
                nome,
                cliente,
                self.sorteio.randint(6, 60) * 10,
            ]


def escrever_csv(caminho: Path, linhas: Iterable[list], codificacao: str, hora: str = "") -> None:
    """As a Brazilian program writes it: `;`, decimal commas, dots between thousands, day first."""
    with caminho.open("w", encoding=codificacao, newline="") as saida:
        csv.writer(saida, delimiter=";").writerows([_em_portugues(valor, hora) for valor in linha] for linha in linhas)


def _em_portugues(valor, hora: str) -> str:
    if isinstance(valor, date):
        return f"{valor:%d/%m/%Y}{hora}"
    if isinstance(valor, int | Decimal):
        return f"{valor:,}".translate(str.maketrans(",.", ".,"))
    return valor


def escrever_xlsx(caminho: Path, linhas: Iterable[list], quando: date) -> None:
    livro = Workbook()
    livro.properties.created = datetime.combine(quando, time())
    for linha in linhas:
        livro.active.append(linha)
    escrito = io.BytesIO()
    livro.save(escrito)
    # openpyxl stamps the hour of the run in two places: without it, the same date gives the same bytes.
    with zipfile.ZipFile(escrito) as origem, zipfile.ZipFile(caminho, "w", zipfile.ZIP_DEFLATED) as destino:
        for nome in origem.namelist():
            conteudo = origem.read(nome)
            if nome == "docProps/core.xml":
                conteudo = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rf"\g<1>{quando}T00:00:00Z".encode(), conteudo)
            destino.writestr(zipfile.ZipInfo(nome, (1980, 1, 1, 0, 0, 0)), conteudo, zipfile.ZIP_DEFLATED)


def gerar(hoje: date, pasta: Path = PASTA) -> None:
    empresa = Empresa(hoje)
    arquivos = {
        "produtos": (empresa.produtos, "utf-8-sig", ""),
        "unificacao": (empresa.unificacao, "utf-8", ""),
        "movimentacoes": (empresa.movimentacoes, "cp1252", ""),
        "carteira": (empresa.carteira, "cp1252", " 16:36"),
        "pedidos": (empresa.pedidos_, "utf-8", ""),
        "pre_separacoes": (empresa.pre_separacoes, "utf-8", ""),
        "separacoes": (empresa.separacoes, "utf-8", ""),
        "producao": (empresa.producao, "cp1252", ""),
    }
    for nome, (fazer, codificacao, hora) in arquivos.items():
        linhas = list(fazer())
        escrever_csv(pasta / f"{nome}.csv", linhas, codificacao, hora)
        escrever_xlsx(pasta / f"{nome}.xlsx", linhas, hoje)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: gerar.py DATE   (as 2026-11-24)")
    gerar(date.fromisoformat(sys.argv[1]))
