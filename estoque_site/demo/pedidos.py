"""Orders in every situation that planners meet, as rows ready to be stored, and the demand that they make."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from random import Random
from typing import NamedTuple

from carteira.models import CarteiraPrincipal, Pedido, PreSeparacaoItem, Separacao
from estoque_site.demo.catalogo import ProdutoDemo
from estoque_site.demo.clientes import ATACADO, FOOD_SERVICE, VAREJO, Cliente
from projecao import motor
from projecao.unidades import quantidade

CAIXA = 1000
"""A case, in the thousandths of the engine."""
ABERTOS = (Pedido.Status.ABERTO, Pedido.Status.COTADO)
ENTREGUES = (Pedido.Status.FATURADO, Pedido.Status.NF_NO_CD)


class Pesado(NamedTuple):
    """A product and how much it sells: both decide how often it is ordered and how large."""

    produto: ProdutoDemo
    codigos: tuple[str, ...]
    """Those it is ordered under: its own, and an old one that is unified into it."""
    giro: int
    """0: nobody orders it. 1 to 4: from slow to fast."""


@dataclass
class Documentos:
    carteira: list[CarteiraPrincipal] = field(default_factory=list)
    pre_separacoes: list[PreSeparacaoItem] = field(default_factory=list)
    pedidos: list[Pedido] = field(default_factory=list)
    separacoes: list[Separacao] = field(default_factory=list)
    demandas: dict[str, list[motor.Demanda]] = field(default_factory=lambda: defaultdict(list))
    """Product (not the old code) → what these documents take from it."""


class _Pedido(NamedTuple):
    num: str
    cliente: Cliente
    expedicao: date | None
    agendamento: date | None
    protocolo: str

    @property
    def datas(self) -> dict:
        return {"expedicao": self.expedicao, "agendamento": self.agendamento, "protocolo": self.protocolo}


class _Item(NamedTuple):
    linha: CarteiraPrincipal
    produto: ProdutoDemo
    caixas: int


class Gerador:
    def __init__(self, rng: Random, hoje: date, pesados: list[Pesado], clientes: list[Cliente]):
        self.rng, self.hoje, self.clientes = rng, hoje, clientes
        self.pedidos = [pesado for pesado in pesados if pesado.giro]
        self.acumulado = list(accumulate(1 + pesado.giro for pesado in self.pedidos))
        self.documentos = Documentos()
        self.lotes = 0

    def gerar(self, linhas: int) -> Documentos:
        """About `linhas` order lines."""
        numero = 0
        while len(self.documentos.carteira) < linhas:
            numero += 1
            self._pedido(numero)
        return self.documentos

    def _pedido(self, numero: int) -> None:
        cliente = self.rng.choice(self.clientes)
        expedicao = self._data()
        agendamento, protocolo = None, ""
        if expedicao and cliente.tipo == VAREJO and self.rng.random() < 0.7:
            agendamento = expedicao + timedelta(days=self.rng.randint(1, 4))
            protocolo = f"AG{self.rng.randint(100000, 999999)}"
        pedido = _Pedido(f"VCD{self.hoje:%y}{numero:06d}", cliente, expedicao, agendamento, protocolo)
        itens = [self._item(pedido, pesado) for pesado in self._sortear(self.rng.randint(3, 15))]
        situacoes, pesos = zip(*SITUACOES, strict=True)
        self.rng.choices(situacoes, pesos)[0](self, pedido, itens)
        self.documentos.carteira += [item.linha for item in itens]

    def _sortear(self, quantos: int) -> list[Pesado]:
        sorteados = self.rng.choices(self.pedidos, cum_weights=self.acumulado, k=quantos)
        return list({pesado.produto.cod_produto: pesado for pesado in sorteados}.values())

    def _data(self) -> date | None:
        """Around today: late, this week, this month, beyond the horizon, or none yet."""
        faixas = ((-12, -1), (0, 7), (8, 28), (29, 60), None)
        faixa = self.rng.choices(faixas, (3, 42, 36, 7, 12))[0]
        return em_dia_util(self.hoje + timedelta(days=self.rng.randint(*faixa))) if faixa else None

    def _item(self, pedido: _Pedido, pesado: Pesado) -> _Item:
        produto, cliente = pesado.produto, pedido.cliente
        caixas = self._caixas(cliente.tipo, produto, pesado.giro)
        linha = CarteiraPrincipal(
            num_pedido=pedido.num,
            cod_produto=self.rng.choice(pesado.codigos),
            nome_produto=produto.nome_produto,
            cnpj_cpf=cliente.cnpj,
            raz_social_red=cliente.nome,
            municipio=cliente.cidade,
            estado=cliente.uf,
            vendedor=cliente.vendedor,
            qtd_produto_pedido=Decimal(caixas),
            qtd_saldo_produto_pedido=Decimal(caixas),
            preco_produto_pedido=Decimal(produto.preco).scaleb(-2),
            status_pedido="Pedido de venda",
            **pedido.datas,
        )
        return _Item(linha, produto, caixas)

    def _caixas(self, tipo: str, produto: ProdutoDemo, giro: int) -> int:
        """Wholesalers buy by the pallet, chains by the layer, food service by the case."""
        if tipo == ATACADO:
            return max(produto.palletizacao * self.rng.choice((1, 1, 2, 2, 4)) * giro // 8, 5)
        if tipo == FOOD_SERVICE:
            return self.rng.randint(1, 6) * giro
        return max(produto.palletizacao // 10, 1) * self.rng.randint(1, 3) * giro

    def _demandar(self, item: _Item, data: date | None, caixas: int, sem_data_sai_hoje=False) -> None:
        if caixas:
            demanda = motor.Demanda(data, caixas * CAIXA, sem_data_sai_hoje)
            self.documentos.demandas[item.produto.cod_produto].append(demanda)

    # The situations: each one says what became of an order's lines.

    def _na_carteira(self, pedido: _Pedido, itens: list[_Item]) -> None:
        for item in itens:
            self._demandar(item, pedido.expedicao, item.caixas)

    def _cancelado_em_parte(self, pedido: _Pedido, itens: list[_Item]) -> None:
        for item in itens:
            if self.rng.random() < 0.4:
                item.linha.qtd_cancelada_produto_pedido = item.linha.qtd_produto_pedido
                item.linha.qtd_saldo_produto_pedido = Decimal(0)
                item.linha.ativo = False
                item.linha.status_pedido = "Cancelado"
            else:
                self._demandar(item, pedido.expedicao, item.caixas)

    def _separado(self, pedido: _Pedido, itens: list[_Item]) -> None:
        status = self.rng.choices(list(Pedido.Status), (40, 22, 12, 12, 7, 7))[0]
        lote = self._lote(pedido, status)
        for item in itens:
            self._separar(pedido, lote, item, item.caixas)
            if status == Pedido.Status.CANCELADO:
                self._demandar(item, pedido.expedicao, item.caixas)  # the line is back in the carteira
                continue
            item.linha.separacao_lote_id = lote
            if status in ABERTOS:
                self._demandar(item, pedido.expedicao, item.caixas, sem_data_sai_hoje=True)
            elif status in ENTREGUES:
                item.linha.qtd_saldo_produto_pedido = Decimal(0)

    def _separado_em_parte(self, pedido: _Pedido, itens: list[_Item]) -> None:
        status = self.rng.choice((Pedido.Status.ABERTO, Pedido.Status.COTADO, Pedido.Status.EMBARCADO))
        lote = self._lote(pedido, status)
        for item in itens:
            parte = item.caixas * self.rng.choice((0, 30, 50, 70, 100)) // 100
            if parte:
                self._separar(pedido, lote, item, parte)
            if status in ABERTOS:
                self._demandar(item, pedido.expedicao, parte, sem_data_sai_hoje=True)
            self._demandar(item, pedido.expedicao, item.caixas - parte)

    def _lote_sem_pedido(self, pedido: _Pedido, itens: list[_Item]) -> None:
        lote = self._proximo_lote()
        for item in itens:
            self._separar(pedido, lote, item, item.caixas)
            item.linha.separacao_lote_id = lote
            self._demandar(item, pedido.expedicao, item.caixas, sem_data_sai_hoje=True)

    def _pre_separado(self, pedido: _Pedido, itens: list[_Item]) -> None:
        data = self._data() or em_dia_util(self.hoje + timedelta(days=self.rng.randint(1, 10)))
        for item in itens:
            parte = item.caixas * self.rng.choice((0, 40, 60, 100, 100)) // 100
            if parte:
                status = self.rng.choice((PreSeparacaoItem.Status.CRIADO, PreSeparacaoItem.Status.RECOMPOSTO))
                self._pre_separar(item, parte, data, status)
            self._demandar(item, data, parte)
            self._demandar(item, pedido.expedicao, item.caixas - parte)

    def _enviado_a_separacao(self, pedido: _Pedido, itens: list[_Item]) -> None:
        lote = self._lote(pedido, Pedido.Status.ABERTO)
        for item in itens:
            enviado = PreSeparacaoItem.Status.ENVIADO_SEPARACAO
            self._pre_separar(item, item.caixas, pedido.expedicao, enviado, lote)
            self._separar(pedido, lote, item, item.caixas)
            item.linha.separacao_lote_id = lote
            self._demandar(item, pedido.expedicao, item.caixas, sem_data_sai_hoje=True)

    # The documents

    def _proximo_lote(self) -> str:
        self.lotes += 1
        return f"LOTE_{self.hoje:%Y%m%d}_{self.lotes:05d}"

    def _lote(self, pedido: _Pedido, status: str) -> str:
        lote, cliente = self._proximo_lote(), pedido.cliente
        # A lot's date is the Pedido's; some are quoted before they have one, and the separation's own counts.
        datas = {} if self.rng.random() < 0.15 else pedido.datas
        self.documentos.pedidos.append(
            Pedido(
                separacao_lote_id=lote,
                num_pedido=pedido.num,
                status=status,
                cnpj_cpf=cliente.cnpj,
                raz_social_red=cliente.nome,
                nome_cidade=cliente.cidade,
                cod_uf=cliente.uf,
                **datas,
            )
        )
        return lote

    def _separar(self, pedido: _Pedido, lote: str, item: _Item, caixas: int) -> None:
        produto = item.produto
        self.documentos.separacoes.append(
            Separacao(
                separacao_lote_id=lote,
                num_pedido=pedido.num,
                cod_produto=item.linha.cod_produto,
                nome_produto=produto.nome_produto,
                qtd_saldo=Decimal(caixas),
                valor_saldo=Decimal(caixas * produto.preco).scaleb(-2),
                pallet=quantidade(caixas * 1000 // produto.palletizacao),
                peso=quantidade(caixas * produto.peso_bruto),
                **pedido.datas,
            )
        )

    def _pre_separar(self, item: _Item, caixas: int, data: date | None, status: str, lote: str | None = None) -> None:
        self.documentos.pre_separacoes.append(
            PreSeparacaoItem(
                num_pedido=item.linha.num_pedido,
                cod_produto=item.linha.cod_produto,
                qtd_selecionada_usuario=Decimal(caixas),
                data_expedicao_editada=data,
                data_agendamento_editada=item.linha.agendamento,
                protocolo_editado=item.linha.protocolo,
                status=status,
                separacao_lote_id=lote,
            )
        )


SITUACOES: tuple[tuple[Callable, int], ...] = (
    (Gerador._na_carteira, 46),
    (Gerador._separado, 20),
    (Gerador._separado_em_parte, 9),
    (Gerador._pre_separado, 14),
    (Gerador._enviado_a_separacao, 4),
    (Gerador._lote_sem_pedido, 4),
    (Gerador._cancelado_em_parte, 3),
)


def em_dia_util(dia: date) -> date:
    """The same day, or the Monday after it."""
    return dia + timedelta(days=7 - dia.weekday() if dia.weekday() > 4 else 0)
