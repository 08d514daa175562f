"""An order with its planner figures: each of its products, when it can leave, and what the order still weighs."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from carteira.models import CarteiraPrincipal, Pedido, PreSeparacaoItem, Separacao
from projecao import banco, cardex, motor, representacao, servico
from projecao.conf import hoje
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

    @property
    def qtd_saldo(self) -> Decimal:
        """Still to leave: the line's balance or, without a line, what somebody set apart."""
        return self.linha.qtd_saldo_produto_pedido if self.linha else self.qtd_pre_separada + self.qtd_separada

    @property
    def expedicao(self) -> date | None:
        """The first day on which any of it is to leave."""
        return min(self.datas, default=self.linha.expedicao if self.linha else None)


def workspace(num_pedido: str) -> dict:
    """The order as SPEC.md section 6 shapes it. A constant number of queries. Raises PedidoDesconhecido.

    *Disponível* is asked for what the order still needs of the product (all its codes together), in a
    projection without the order's own demand. `data_completa` is the day from which the whole order can leave
    and rob no other: null if any product has none.
    """
    with banco.leitura_consistente():
        itens = _itens(num_pedido)
        pedido = Pedido.objects.filter(num_pedido=num_pedido).order_by("id").last()
        if not itens and pedido is None:
            raise PedidoDesconhecido(num_pedido)
        retratos = servico.retratar(itens)
        proprias = _demanda_propria(retratos.values(), num_pedido)
        produtos = Produto.objects.in_bulk([retrato.cod_produto for retrato in retratos.values()])
    precisa = Counter()
    for cod, item in itens.items():
        if cod in retratos:
            precisa[retratos[cod].cod_produto] += milesimos(item.qtd_saldo)
    linhas = [
        _linha(item, retratos[cod], proprias, precisa, produtos.get(retratos[cod].cod_produto))
        for cod, item in sorted(itens.items())
        if cod in retratos
    ]
    firmes = [linha["data_disponivel_firme"] for linha in linhas]
    return _cabecalho(num_pedido, itens, pedido) | {
        "valor_total": _total(linha["preco"] and linha["preco"] * linha["qtd_saldo"] for linha in linhas),
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
        item.datas += [pre.data_expedicao_editada] if pre.data_expedicao_editada else []
    separacoes = Separacao.objects.que_cobrem_a_carteira().filter(num_pedido=num_pedido).select_related("pedido")
    for separacao in separacoes:
        item = itens.setdefault(separacao.cod_produto, Item(separacao.cod_produto))
        item.qtd_separada += separacao.qtd_saldo
        expedicao = (separacao.pedido and separacao.pedido.expedicao) or separacao.expedicao
        item.datas += [expedicao] if expedicao else []
    return itens


def _demanda_propria(retratos, num_pedido: str) -> dict[str, Counter[int]]:
    """Destination → day → what this order takes of it."""
    destinos = {codigo: retrato.cod_produto for retrato in retratos for codigo in retrato.codigos}
    proprias: dict[str, Counter[int]] = {}
    for alocado in cardex.alocar(hoje(), destinos, num_pedido):
        if alocado.dia is not None:
            do_produto = proprias.setdefault(destinos[alocado.documento.cod_produto], Counter())
            do_produto[alocado.dia] += alocado.documento.quantidade
    return proprias


def _linha(item: Item, retrato: servico.Retrato, proprias, precisa, produto: Produto | None) -> dict:
    projecao = retrato.projecao
    sem_o_pedido = projecao.sem(proprias.get(retrato.cod_produto, {}))
    quanto = precisa[retrato.cod_produto]
    na_expedicao = motor.estoque_em(projecao, item.expedicao)
    return {
        "cod_produto": item.cod_produto,
        "nome_produto": retrato.nome_produto or (item.linha.nome_produto if item.linha else ""),
        "qtd_pedido": item.linha.qtd_produto_pedido if item.linha else item.qtd_saldo,
        "qtd_pre_separada": item.qtd_pre_separada,
        "qtd_separada": item.qtd_separada,
        "qtd_saldo": item.qtd_saldo,
        "expedicao": item.expedicao,
        "estoque_hoje": quantidade(projecao.estoque_atual),
        "menor_estoque_7d": quantidade(retrato.figuras.menor_estoque_7d),
        "producao_hoje": quantidade(projecao.producao_hoje),
        "data_disponivel": representacao.data_do_dia(projecao, motor.primeiro_dia_com(sem_o_pedido, quanto)),
        "data_disponivel_firme": representacao.data_do_dia(projecao, motor.primeiro_dia_firme(sem_o_pedido, quanto)),
        "estoque_na_expedicao": None if na_expedicao is None else quantidade(na_expedicao),
        "status_ruptura": retrato.figuras.status_ruptura,
        "preco": item.linha.preco_produto_pedido if item.linha else None,
        "peso": _vezes(item.qtd_saldo, produto and produto.peso_bruto),
        "pallet": _dividido(item.qtd_saldo, produto and produto.palletizacao),
    }


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
