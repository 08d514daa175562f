"""The files of orders: the carteira, lots, pre-separations and separations (SPEC.md section 8)."""

from collections.abc import Collection, Hashable, Mapping
from datetime import date
from typing import Any

from django.db.models import Model, Q, QuerySet

from carteira.models import CarteiraPrincipal, Pedido, PreSeparacaoItem, Separacao
from projecao.importacao.coluna import Coluna
from projecao.importacao.erros import ValorInvalido
from projecao.importacao.planilha import Linha, Mudancas, Planilha, PlanilhaCompleta, Valores
from projecao.importacao.valores import normalizar

CANCELADOS = {"cancelado", "cancelada", "cancel"}


def _do_pedido(nome: str) -> tuple[str, str]:
    """A column of the order that Odoo exports beside each of its lines: with the path to it, or without."""
    return f"Referência do pedido/{nome}", nome


class Carteira(PlanilhaCompleta):
    """Odoo's sale order lines.

    Dates and protocols are shared with the planners: `datas_importadas` keeps what the last file said, and a stored
    value that differs from it was put there by a planner, and survives.
    """

    tipo = "carteira"
    o_que_sai = "as linhas da carteira que o arquivo não traz ficam inativas"
    ajuda = (
        "Linhas dos pedidos de venda, como o Odoo as exporta. "
        "As datas e o protocolo que o planejador mudou aqui são mantidos."
    )
    modelo = CarteiraPrincipal
    chave = ("num_pedido", "cod_produto")
    busca = "num_pedido"
    compartilhados = ("expedicao", "agendamento", "protocolo")
    colunas = (
        Coluna("num_pedido", _do_pedido("Referência do pedido"), obrigatoria=True),
        Coluna("cod_produto", ("Produto/Referência interna",), obrigatoria=True),
        Coluna("nome_produto", ("Produto/Nome",)),
        Coluna("cnpj_cpf", _do_pedido("Cliente/CNPJ")),
        Coluna("raz_social_red", _do_pedido("Cliente/Nome")),
        Coluna("municipio", _do_pedido("Cliente/Município/Nome do Município")),
        Coluna("estado", _do_pedido("Cliente/Estado/Código do estado")),
        Coluna("vendedor", _do_pedido("Vendedor")),
        Coluna("qtd_produto_pedido", ("Quantidade",), minimo=0),
        Coluna("qtd_saldo_produto_pedido", ("Saldo",)),
        Coluna("qtd_cancelada_produto_pedido", ("Cancelado",)),
        Coluna("preco_produto_pedido", ("Preço unitário",), arredonda=True),
        Coluna("expedicao", ("Data de Expedição",)),
        Coluna("agendamento", ("Data de agendamento",)),
        Coluna("protocolo", ("Protocolo de agendamento",)),
        Coluna("separacao_lote_id"),
        Coluna("status_pedido", _do_pedido("Status")),
        Coluna("ativo"),
    )

    def revisar(self, valores: Valores) -> Collection[ValorInvalido]:
        cancelada = normalizar(valores.get("status_pedido", "")) in CANCELADOS
        valores["ativo"] = valores.get("ativo", True) and not cancelada
        return ()

    def criar(self, linha: Linha) -> Model | None:
        valores = linha.valores
        if not valores["ativo"]:
            return None
        if "qtd_saldo_produto_pedido" not in valores:
            if "qtd_produto_pedido" not in valores:
                raise ValorInvalido("linha nova sem quantidade nem saldo", "qtd_saldo_produto_pedido")
            saldo = valores["qtd_produto_pedido"] - valores.get("qtd_cancelada_produto_pedido", 0)
            valores = {**valores, "qtd_saldo_produto_pedido": max(saldo, 0)}
        return CarteiraPrincipal(datas_importadas=self._do_arquivo(valores), **valores)

    def mudancas(self, objeto: CarteiraPrincipal, valores: Valores) -> Mudancas:
        do_planejador = self._do_planejador(objeto, valores)
        aplicaveis = {campo: valor for campo, valor in valores.items() if campo not in do_planejador}
        aplicaveis["datas_importadas"] = objeto.datas_importadas | self._do_arquivo(valores)
        return super().mudancas(objeto, aplicaveis)

    def preservados(self, objeto: CarteiraPrincipal, valores: Valores) -> int:
        return sum(getattr(objeto, campo) != valores[campo] for campo in self._do_planejador(objeto, valores))

    def _do_planejador(self, objeto: CarteiraPrincipal, valores: Valores) -> set[str]:
        """The shared columns whose stored value is not what the last file said, so that a planner said it."""
        return {
            campo
            for campo in self.compartilhados
            if campo in valores and _em_json(getattr(objeto, campo)) != objeto.datas_importadas.get(campo, "")
        }

    def _do_arquivo(self, valores: Valores) -> dict[str, str]:
        return {campo: _em_json(valores[campo]) for campo in self.compartilhados if campo in valores}

    def substituiveis(self, linhas: list[Linha]) -> QuerySet:
        return CarteiraPrincipal.objects.filter(ativo=True)

    def retirar(self, conjunto: QuerySet) -> None:
        conjunto.update(ativo=False)


def _em_json(valor: date | str | None) -> str:
    """What `datas_importadas` holds: ISO dates, and nothing as an empty text."""
    return valor.isoformat() if isinstance(valor, date) else valor or ""


class Pedidos(Planilha):
    """One row per lot; an order that has no lot yet is known by its number."""

    tipo = "pedidos"
    ajuda = "Um por lote de separação: status, expedição, agendamento e cliente."
    modelo = Pedido
    chave = ("separacao_lote_id", "num_pedido")
    colunas = (
        Coluna("separacao_lote_id", ("Lote",)),
        Coluna("num_pedido", ("Pedido",)),
        Coluna("status", ("Status",)),
        Coluna("expedicao", ("Data de Expedição",)),
        Coluna("agendamento", ("Data de agendamento",)),
        Coluna("protocolo", ("Protocolo de agendamento",)),
        Coluna("cnpj_cpf", ("CNPJ",)),
        Coluna("raz_social_red", ("Cliente",)),
        Coluna("nome_cidade", ("Cidade",)),
        Coluna("cod_uf", ("UF",)),
    )

    def revisar(self, valores: Valores) -> Collection[ValorInvalido]:
        if valores.get("separacao_lote_id") or valores.get("num_pedido"):
            return ()
        return (ValorInvalido("sem lote de separação e sem número de pedido"),)

    def base(self, valores: Mapping[str, Any]) -> tuple[str, str]:
        lote = valores.get("separacao_lote_id")
        return ("lote", lote) if lote else ("pedido", valores["num_pedido"])

    def grupo(self, linha: Linha) -> Hashable:
        return self.base(linha.valores)

    def filtro(self, grupos: Collection[tuple[str, str]]) -> Q:
        lotes = [valor for tipo, valor in grupos if tipo == "lote"]
        pedidos = [valor for tipo, valor in grupos if tipo == "pedido"]
        return Q(separacao_lote_id__in=lotes) | Q(separacao_lote_id=None, num_pedido__in=pedidos)


class PreSeparacoes(Planilha):
    tipo = "pre_separacoes"
    ajuda = "O que os planejadores já escolheram separar, com a data de expedição de cada item."
    modelo = PreSeparacaoItem
    chave = ("num_pedido", "cod_produto", "data_expedicao_editada")
    busca = "num_pedido"
    repete = True
    colunas = (
        Coluna("num_pedido", ("Pedido",), obrigatoria=True),
        Coluna("cod_produto", ("Código",), obrigatoria=True),
        Coluna("qtd_selecionada_usuario", ("Quantidade",), obrigatoria=True, minimo=0),
        Coluna("data_expedicao_editada", ("Data de Expedição",)),
        Coluna("data_agendamento_editada", ("Data de agendamento",)),
        Coluna("protocolo_editado", ("Protocolo de agendamento",)),
        Coluna("status", ("Status",)),
        Coluna("separacao_lote_id", ("Lote",)),
        Coluna("observacoes_usuario", ("Observações",)),
    )


class Separacoes(Planilha):
    tipo = "separacoes"
    ajuda = "O que está separado de cada pedido, por lote."
    modelo = Separacao
    chave = ("separacao_lote_id", "num_pedido", "cod_produto")
    busca = "num_pedido"
    colunas = (
        Coluna("separacao_lote_id", ("Lote",), obrigatoria=True),
        Coluna("num_pedido", ("Pedido",), obrigatoria=True),
        Coluna("cod_produto", ("Código",), obrigatoria=True),
        Coluna("nome_produto", ("Descrição",)),
        Coluna("qtd_saldo", ("Quantidade",), obrigatoria=True, minimo=0),
        Coluna("valor_saldo", ("Valor",), arredonda=True),
        Coluna("pallet", ("Pallets",), minimo=0, arredonda=True),
        Coluna("peso", ("Peso",), minimo=0, arredonda=True),
        Coluna("expedicao", ("Data de Expedição",)),
        Coluna("agendamento", ("Data de agendamento",)),
        Coluna("protocolo", ("Protocolo de agendamento",)),
    )
