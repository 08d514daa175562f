"""An order with its planner figures: each of its products, when it can leave, and what the order still weighs."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from carteira.models import CarteiraPrincipal, Pedido, PreSeparacaoItem, Separacao
from projecao import banco, fontes, motor, representacao, servico
from projecao.excecoes import PedidoDesconhecido
from projecao.models import Produto
from projecao.unidades import ZERO, milesimos, quantidade


@dataclass
class Item:
    """What the order says of one code, from its line, pre-separations and separations."""

    cod_produto: str
    linha: CarteiraPrincipal | None = None
    qtd_pre_separada: Decimal = ZERO
    qtd_separada: Decimal = ZERO
    datas: list[date] = field(default_factory=list)
    """Of what is still to leave."""

    @property
    def qtd_saldo(self) -> Decimal:
        """Still to invoice: the line's balance or, without a line, what somebody set apart."""
        return self.linha.qtd_saldo_produto_pedido if self.linha else self.qtd_pre_separada + self.qtd_separada

    @property
    def expedicao(self) -> date | None:
        """The first day on which any of it is to leave."""
        return min(self.datas, default=self.linha.expedicao if self.linha else None)


@dataclass
class NoPedido:
    """What the order has of one product, in thousandths."""

    saldo: int = 0
    demanda: Counter[int] = field(default_factory=Counter)
    """Day → what leaves on it."""


def workspace(num_pedido: str) -> dict:
    """The order as SPEC.md section 6 shapes it. A constant number of queries. Raises PedidoDesconhecido.

    *Disponível* is asked for the `qtd_saldo` that stands beside it (all codes of the product together), in a
    projection without the order's own demand. `data_completa` is the day from which the whole order can leave
    and rob no other: null if any product has none. A product whose data cannot be computed keeps its place,
    with null figures, and the reason in `defeito`.
    """
    defeitos: dict[str, str] = {}
    with banco.leitura_consistente():
        itens = _itens(num_pedido)
        pedido = Pedido.objects.filter(num_pedido=num_pedido).order_by("id").last()
        if not itens and pedido is None:
            raise PedidoDesconhecido(num_pedido)
        retratos = servico.retratar(itens, defeitos=defeitos)
        no_pedido = _por_produto(itens, retratos, num_pedido)
        produtos = Produto.objects.in_bulk([*itens, *(retrato.cod_produto for retrato in retratos.values())])
    linhas = [
        _linha(item, retratos.get(cod), no_pedido, produtos)
        | {"defeito": "" if cod in retratos else defeitos.get(cod, SEM_MOTIVO)}
        for cod, item in sorted(itens.items())
    ]
    firmes = [linha["data_disponivel_firme"] for linha in linhas]
    return _cabecalho(num_pedido, itens, pedido) | {
        "valor_total": round(_total(_vezes(linha["qtd_saldo"], linha["preco"]) for linha in linhas), 2),
        "peso_total": _total(linha["peso"] for linha in linhas),
        "pallet_total": _total(linha["pallet"] for linha in linhas),
        "data_completa": max(firmes) if firmes and all(firmes) else None,
        "itens": linhas,
    }


def _itens(num_pedido: str) -> dict[str, Item]:
    itens: dict[str, Item] = {}
    for linha in CarteiraPrincipal.objects.filter(num_pedido=num_pedido, ativo=True):
        itens[linha.cod_produto] = Item(linha.cod_produto, linha)
    for pre in PreSeparacaoItem.objects.a_sair().filter(num_pedido=num_pedido):
        item = itens.setdefault(pre.cod_produto, Item(pre.cod_produto))
        item.qtd_pre_separada += pre.qtd_selecionada_usuario
    for separacao in Separacao.objects.que_cobrem_a_carteira().filter(num_pedido=num_pedido):
        item = itens.setdefault(separacao.cod_produto, Item(separacao.cod_produto))
        item.qtd_separada += separacao.qtd_saldo
    return itens


def _por_produto(itens: dict[str, Item], retratos: dict[str, servico.Retrato], num_pedido: str):
    """Destination → what the order has of it. Each document also dates its item."""
    produtos: dict[str, NoPedido] = defaultdict(NoPedido)
    for cod, retrato in retratos.items():
        produtos[retrato.cod_produto].saldo += milesimos(itens[cod].qtd_saldo)
    destinos = {codigo: retrato.cod_produto for retrato in retratos.values() for codigo in retrato.codigos}
    hoje = next((retrato.projecao.hoje for retrato in retratos.values()), None)
    for fonte in fontes.carregar().demanda if destinos else ():
        for documento in fonte.documentos(destinos, hoje, num_pedido):
            dia = motor.alocar_saida(hoje, documento.data, fonte.sem_data_sai_hoje).dia
            if dia is not None:
                produtos[destinos[documento.cod_produto]].demanda[dia] += documento.quantidade
            if documento.data and documento.cod_produto in itens:
                itens[documento.cod_produto].datas.append(documento.data)
    return produtos


def _linha(item: Item, retrato: servico.Retrato | None, no_pedido, produtos: dict[str, Produto]) -> dict:
    linha, produto = item.linha, produtos.get(retrato.cod_produto if retrato else item.cod_produto)
    return {
        "cod_produto": item.cod_produto,
        "nome_produto": (retrato and retrato.nome_produto) or (linha.nome_produto if linha else ""),
        "qtd_pedido": linha.qtd_produto_pedido if linha else item.qtd_saldo,
        "qtd_pre_separada": item.qtd_pre_separada,
        "qtd_separada": item.qtd_separada,
        "qtd_saldo": item.qtd_saldo,
        "expedicao": item.expedicao,
        **(_figuras(item, retrato, no_pedido[retrato.cod_produto]) if retrato else dict.fromkeys(FIGURAS)),
        "preco": linha.preco_produto_pedido if linha else None,
        "peso": _vezes(item.qtd_saldo, produto and produto.peso_bruto),
        "pallet": _dividido(item.qtd_saldo, produto and produto.palletizacao),
    }


SEM_MOTIVO = "os dados deste produto não puderam ser somados"
FIGURAS = (
    "estoque_hoje",
    "menor_estoque_7d",
    "producao_hoje",
    "data_disponivel",
    "data_disponivel_firme",
    "estoque_na_expedicao",
    "status_ruptura",
)


def _figuras(item: Item, retrato: servico.Retrato, no_pedido: NoPedido) -> dict:
    projecao = retrato.projecao
    sem_o_pedido = projecao.sem(no_pedido.demanda)
    na_expedicao = motor.estoque_em(projecao, item.expedicao)
    valores = (
        quantidade(projecao.estoque_atual),
        quantidade(retrato.figuras.menor_estoque_7d),
        quantidade(projecao.producao_hoje),
        representacao.data_do_dia(projecao, motor.primeiro_dia_com(sem_o_pedido, no_pedido.saldo)),
        representacao.data_do_dia(projecao, motor.primeiro_dia_firme(sem_o_pedido, no_pedido.saldo)),
        None if na_expedicao is None else quantidade(na_expedicao),
        retrato.figuras.status_ruptura,
    )
    return dict(zip(FIGURAS, valores, strict=True))


def _cabecalho(num_pedido: str, itens: dict[str, Item], pedido: Pedido | None) -> dict:
    linha = next((item.linha for item in itens.values() if item.linha), None)
    if linha:
        cliente = (linha.raz_social_red, linha.cnpj_cpf, linha.municipio, linha.estado)
    elif pedido:
        cliente = (pedido.raz_social_red, pedido.cnpj_cpf, pedido.nome_cidade, pedido.cod_uf)
    else:
        cliente = ("", "", "", "")
    nomes = ("cliente", "cnpj_cpf", "cidade", "uf")
    return {"num_pedido": num_pedido} | dict(zip(nomes, cliente, strict=True))


def _total(parcelas) -> Decimal:
    return sum((parcela for parcela in parcelas if parcela is not None), ZERO)


def _vezes(qtd: Decimal, por_unidade: Decimal | None) -> Decimal | None:
    return None if por_unidade is None else round(qtd * por_unidade, 3)


def _dividido(qtd: Decimal, por_pallet: Decimal | None) -> Decimal | None:
    return round(qtd / por_pallet, 3) if por_pallet else None
