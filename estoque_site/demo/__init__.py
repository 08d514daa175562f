"""A believable portfolio to try the system with: the same for the same seed and the same today.

Nothing here is of a real company: products, brands, customers and towns are invented.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from django.db import transaction
from django.db.models import Model

from carteira.models import CarteiraPrincipal
from estoque_site.demo import catalogo, clientes, estoque
from estoque_site.demo.pedidos import CAIXA, Documentos, Gerador, Pesado
from producao.models import ProgramacaoProducao
from projecao.conf import ajustes, hoje
from projecao.models import MovimentacaoEstoque, Produto, UnificacaoCodigos
from projecao.unidades import quantidade

LINHAS_POR_PRODUTO = 13
LOTE = 5000
CAPACIDADE = catalogo.CAPACIDADE


class BancoComDados(Exception):
    """The demo would mix with somebody's own data."""


@dataclass
class Demo:
    produtos: list[Produto]
    unificacoes: list[UnificacaoCodigos]
    programacao: list[ProgramacaoProducao]
    movimentos: list[MovimentacaoEstoque]
    documentos: Documentos

    def tabelas(self) -> list[list[Model]]:
        """Unifications before what they apply to: stock is then added to the right product at once."""
        documentos = self.documentos
        return [
            self.produtos,
            self.unificacoes,
            self.movimentos,
            documentos.pedidos,
            documentos.separacoes,
            documentos.pre_separacoes,
            documentos.carteira,
            self.programacao,
        ]


def montar(produtos: int, semente: int, dia: date) -> Demo:
    """All rows, not yet stored."""
    rng = Random(semente)
    pesados = [_pesar(rng, produto) for produto in catalogo.produtos(rng, produtos)]
    for i in rng.sample(range(produtos), max(produtos // 50, 1) if produtos > 1 else 0):
        produto = pesados[i].produto
        pesados[i] = pesados[i]._replace(
            codigos=(produto.cod_produto, f"{produto.cod_produto[:5]}-{produto.cod_produto[5:]}")
        )
    gerador = Gerador(rng, dia, pesados, clientes.clientes(rng, max(produtos // 6, 25)))
    demo = Demo([], [], [], [], gerador.gerar(produtos * LINHAS_POR_PRODUTO))
    # Spread evenly and dealt at random: the shares of short and tight products hardly depend on the seed.
    sortes = [(i + 0.5) / produtos for i in range(produtos)]
    rng.shuffle(sortes)
    for pesado, sorte in zip(pesados, sortes, strict=True):
        _abastecer(rng, dia, pesado, sorte, demo)
    return demo


def _pesar(rng: Random, produto: catalogo.ProdutoDemo) -> Pesado:
    return Pesado(produto, (produto.cod_produto,), rng.choices((0, 1, 2, 3, 4), (4, 34, 32, 20, 10))[0])


def _abastecer(rng: Random, dia: date, pesado: Pesado, sorte: float, demo: Demo) -> None:
    produto = pesado.produto
    demandas = demo.documentos.demandas[produto.cod_produto]
    saidas = sum(demanda.quantidade for demanda in demandas)
    seguranca = max(saidas // CAIXA // 40 * 5, 15) if rng.random() < 0.4 and pesado.giro else None
    programacao = estoque.programar(rng, dia, pesado, saidas)
    curva = estoque.projetar_sem_estoque(dia, demandas, programacao)
    minimo = int(ajustes.ESTOQUE_ATENCAO if seguranca is None else seguranca)
    caixas = estoque.escolher_estoque(rng, sorte, curva, minimo)
    demo.programacao += programacao
    demo.movimentos += estoque.escriturar(rng, dia, pesado, caixas)
    for cod in pesado.codigos:
        demo.produtos.append(
            Produto(
                cod_produto=cod,
                nome_produto=produto.nome_produto,
                unidade="CX",
                estoque_seguranca=None if seguranca is None else Decimal(seguranca),
                palletizacao=Decimal(produto.palletizacao),
                peso_bruto=quantidade(produto.peso_bruto),
                ativo=pesado.giro > 0 and cod == produto.cod_produto,
            )
        )
    for antigo in pesado.codigos[1:]:
        demo.unificacoes.append(
            UnificacaoCodigos(
                codigo_origem=antigo, codigo_destino=produto.cod_produto, observacao="Código anterior do produto"
            )
        )


def carregar(produtos: int, semente: int, ao_gravar: Callable[[type[Model], int], None]) -> list[str]:
    """Store a demo in one transaction, which marks its products; their codes.

    Raises BancoComDados if it would not be alone.
    """
    with transaction.atomic():
        for modelo in (Produto, MovimentacaoEstoque, CarteiraPrincipal):
            if modelo.objects.exists():
                raise BancoComDados(modelo._meta.verbose_name_plural)
        demo = montar(produtos, semente, hoje())
        cods = [produto.cod_produto for produto in demo.produtos]
        for linhas in demo.tabelas():
            if linhas:
                modelo = type(linhas[0])
                modelo.objects.bulk_create(linhas, batch_size=LOTE)
                ao_gravar(modelo, len(linhas))
                linhas.clear()  # a large portfolio is hundreds of thousands of rows
    return cods
