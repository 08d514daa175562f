"""The three sources of demand. Which rows count is said by the models' querysets (`a_sair`), for both questions."""

from django.db.models import F, Max, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from carteira.models import CarteiraPrincipal, PreSeparacaoItem, Separacao
from projecao.banco import em_milesimos, soma_em_milesimos
from projecao.fontes import Documento, FonteDeDemanda, TelaDoPedido

PODE_SAIR = TelaDoPedido("carteira_pedido_workspace", "carteira.view_carteiraprincipal")


class FonteDaCarteira(FonteDeDemanda):
    """A source over one model of this app, described by expressions."""

    modelo: type
    quantidade: str
    data = F("expedicao")
    tela_do_pedido = PODE_SAIR
    detalhes: dict
    """`cliente`, `cidade` and `uf` of a document, each as an expression."""

    def _linhas(self, cods):
        linhas = self.modelo.objects.a_sair().annotate(dia=self.data).order_by()
        return linhas if cods is None else linhas.filter(cod_produto__in=cods)

    def quantidades(self, cods, hoje):
        grupos = self._linhas(cods).values_list("cod_produto", "dia")
        return (grupo for grupo in grupos.annotate(soma=soma_em_milesimos(self.quantidade)) if grupo[-1])

    def documentos(self, cods, hoje, num_pedido=None):
        linhas = self._linhas(cods)
        if num_pedido is not None:
            linhas = linhas.filter(num_pedido=num_pedido)
        colunas = linhas.annotate(milesimos=em_milesimos(self.quantidade), **self.detalhes).values_list(
            "cod_produto", "dia", "milesimos", "id", "num_pedido", "separacao_lote_id", *self.detalhes
        )
        for cod, dia, milesimos, pk, pedido, lote, *detalhes in colunas.order_by("dia", "id"):
            if not milesimos:
                continue
            mostrados = {nome: valor or "" for nome, valor in zip(self.detalhes, detalhes, strict=True)}
            yield Documento(self.origem, cod, dia, milesimos, pk, pedido, lote, **mostrados)

    def nomes(self, cods):
        com_nome = self.modelo.objects.filter(cod_produto__in=cods).exclude(nome_produto="")
        return dict(com_nome.order_by().values_list("cod_produto").annotate(nome=Max("nome_produto")))


def _da_linha(campo):
    """A column of the order line that a separation or pre-separation comes from."""
    linha = CarteiraPrincipal.objects.filter(num_pedido=OuterRef("num_pedido"), cod_produto=OuterRef("cod_produto"))
    return Subquery(linha.values(campo)[:1])


def _do_pedido_ou_da_linha(do_pedido, da_linha):
    return Coalesce(NullIf(f"pedido__{do_pedido}", Value("")), _da_linha(da_linha))


DETALHES_DA_LINHA = {
    "cliente": _da_linha("raz_social_red"),
    "cidade": _da_linha("municipio"),
    "uf": _da_linha("estado"),
}


class Separacoes(FonteDaCarteira):
    origem = "separacao"
    modelo = Separacao
    quantidade = "qtd_saldo"
    data = Coalesce("pedido__expedicao", "expedicao")
    sem_data_sai_hoje = True
    detalhes = {
        "cliente": _do_pedido_ou_da_linha("raz_social_red", "raz_social_red"),
        "cidade": _do_pedido_ou_da_linha("nome_cidade", "municipio"),
        "uf": _do_pedido_ou_da_linha("cod_uf", "estado"),
    }


class PreSeparacoes(FonteDaCarteira):
    origem = "pre_separacao"
    modelo = PreSeparacaoItem
    quantidade = "qtd_selecionada_usuario"
    data = F("data_expedicao_editada")
    detalhes = DETALHES_DA_LINHA

    def nomes(self, cods):
        return {}  # a pre-separation names no product; its order line does


class Carteira(FonteDaCarteira):
    origem = "carteira"
    modelo = CarteiraPrincipal
    quantidade = "qtd_restante"
    detalhes = {"cliente": F("raz_social_red"), "cidade": F("municipio"), "uf": F("estado")}
