from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.http import Http404
from django.shortcuts import redirect
from django.utils.html import format_html
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesCheckboxFilter,
    RangeDateFilter,
)
from unfold.decorators import action, display

from carteira.admin.busca import BuscaDePedidos, endereco
from carteira.admin.workspace import PedidoPodeSair
from carteira.fontes import PODE_SAIR
from carteira.models import CarteiraPrincipal, Pedido, PreSeparacaoItem, Separacao
from projecao.admin.base import (
    VAZIO,
    FaixaNumericaFilter,
    TelaAdmin,
    coluna_de_data,
    coluna_de_nome,
    coluna_numerica,
    rotulo,
)

StatusDoPedido = Pedido.Status
CORES_DO_PEDIDO = {
    StatusDoPedido.ABERTO: "info",
    StatusDoPedido.COTADO: "primary",
    StatusDoPedido.EMBARCADO: "warning",
    StatusDoPedido.FATURADO: "success",
    StatusDoPedido.NF_NO_CD: "success",
    StatusDoPedido.CANCELADO: "danger",
}
CORES_DA_PRE_SEPARACAO = {PreSeparacaoItem.Status.CRIADO: "info", PreSeparacaoItem.Status.ENVIADO_SEPARACAO: "success"}


def rotulo_do_pedido(pedido: Pedido) -> str:
    return rotulo(pedido.get_status_display(), CORES_DO_PEDIDO.get(pedido.status, ""))


class ComPedido:
    """For admins of models with `num_pedido`: from a row, and from its record, to the order's workspace."""

    actions_detail = ["abrir_pedido"]

    def has_abrir_pedido_permission(self, request, obj=None):
        return request.user.has_perm(PODE_SAIR.permissao)

    def get_list_display(self, request):
        primeira, *outras = super().get_list_display(request)
        return [primeira, *(["pode_sair"] if self.has_abrir_pedido_permission(request) else []), *outras]

    @display(description="pode sair?")
    def pode_sair(self, obj):
        if not obj.num_pedido:
            return VAZIO
        link = '<a class="pode-sair" href="{}" aria-label="Ver se o pedido {} pode sair">Ver</a>'
        return format_html(link, endereco(obj.num_pedido), obj.num_pedido)

    @action(description="Pode sair?", url_path="pode-sair", icon="fact_check", permissions=["abrir_pedido"])
    def abrir_pedido(self, request, object_id):
        obj = self.get_object(request, unquote(object_id))
        if obj is None or not self.has_view_permission(request, obj):
            raise Http404
        return redirect(endereco(obj.num_pedido) if obj.num_pedido else f"admin:{BuscaDePedidos.nome}")


@admin.register(CarteiraPrincipal)
class CarteiraPrincipalAdmin(ComPedido, TelaAdmin):
    list_display = [
        "num_pedido",
        "cod_produto",
        coluna_de_nome("nome_produto", "produto"),
        coluna_de_nome("raz_social_red", "cliente"),
        "estado",
        coluna_numerica("qtd_produto_pedido", "pedida"),
        coluna_numerica("qtd_saldo_produto_pedido", "saldo"),
        coluna_de_data("expedicao", "expedição"),
        coluna_de_data("agendamento", "agendamento"),
        "ativo",
    ]
    list_display_links = ["num_pedido", "cod_produto"]
    list_filter = [
        ("expedicao", RangeDateFilter),
        ("expedicao", admin.EmptyFieldListFilter),
        ("ativo", BooleanRadioFilter),
        ("separacao_lote_id", admin.EmptyFieldListFilter),
        ("qtd_saldo_produto_pedido", FaixaNumericaFilter),
        "estado",
    ]
    search_fields = ["num_pedido", "cod_produto", "nome_produto", "raz_social_red", "cnpj_cpf"]
    date_hierarchy = "expedicao"
    ordering = ["-id"]
    fieldsets = [
        ("Pedido", {"fields": [("num_pedido", "status_pedido"), ("cod_produto", "nome_produto"), "ativo"]}),
        (
            "Quantidades",
            {
                "fields": [
                    ("qtd_produto_pedido", "qtd_saldo_produto_pedido"),
                    ("qtd_cancelada_produto_pedido", "preco_produto_pedido"),
                ]
            },
        ),
        ("Entrega", {"fields": [("expedicao", "agendamento"), ("protocolo", "separacao_lote_id")]}),
        ("Cliente", {"fields": [("raz_social_red", "cnpj_cpf"), ("municipio", "estado"), "vendedor"]}),
    ]

    def get_custom_urls(self):
        return [BuscaDePedidos.rota(self), PedidoPodeSair.rota(self)]


@admin.register(PreSeparacaoItem)
class PreSeparacaoItemAdmin(ComPedido, TelaAdmin):
    list_display = [
        "num_pedido",
        "cod_produto",
        coluna_numerica("qtd_selecionada_usuario", "quantidade"),
        coluna_de_data("data_expedicao_editada", "expedição"),
        coluna_de_data("data_agendamento_editada", "agendamento"),
        "situacao",
        "separacao_lote_id",
        coluna_de_data("criado_em", "criado em"),
    ]
    list_display_links = ["num_pedido", "cod_produto"]
    list_filter = [
        ("status", ChoicesCheckboxFilter),
        ("data_expedicao_editada", RangeDateFilter),
        ("data_expedicao_editada", admin.EmptyFieldListFilter),
    ]
    search_fields = ["num_pedido", "cod_produto", "separacao_lote_id", "observacoes_usuario"]
    date_hierarchy = "data_expedicao_editada"
    ordering = ["-id"]
    fieldsets = [
        (None, {"fields": [("num_pedido", "cod_produto"), ("qtd_selecionada_usuario", "status")]}),
        ("Entrega", {"fields": [("data_expedicao_editada", "data_agendamento_editada"), "protocolo_editado"]}),
        (None, {"fields": ["separacao_lote_id", "observacoes_usuario"]}),
        ("Registro", {"fields": ["criado_por", ("criado_em", "atualizado_em")]}),
    ]
    readonly_fields = ["criado_por", "criado_em", "atualizado_em"]

    @display(description="status", ordering="status")
    def situacao(self, item):
        return rotulo(item.get_status_display(), CORES_DA_PRE_SEPARACAO.get(item.status, ""))

    def get_fieldsets(self, request, obj=None):
        return self.fieldsets if obj else self.fieldsets[:-1]

    def save_model(self, request, obj, form, change):
        if not change:
            obj.criado_por = request.user
        super().save_model(request, obj, form, change)


@admin.register(Separacao)
class SeparacaoAdmin(ComPedido, TelaAdmin):
    list_display = [
        "num_pedido",
        "separacao_lote_id",
        "cod_produto",
        coluna_de_nome("nome_produto", "produto"),
        coluna_numerica("qtd_saldo", "quantidade"),
        coluna_numerica("pallet", "pallets"),
        coluna_numerica("peso", "peso (kg)"),
        coluna_de_data("expedicao", "expedição"),
        "status_do_lote",
    ]
    list_display_links = ["num_pedido", "separacao_lote_id"]
    list_filter = [
        ("expedicao", RangeDateFilter),
        ("expedicao", admin.EmptyFieldListFilter),
        ("pedido__status", ChoicesCheckboxFilter),
        ("qtd_saldo", FaixaNumericaFilter),
    ]
    list_select_related = ["pedido"]
    search_fields = ["num_pedido", "separacao_lote_id", "cod_produto", "nome_produto"]
    date_hierarchy = "expedicao"
    ordering = ["-id"]
    fieldsets = [
        (None, {"fields": [("num_pedido", "separacao_lote_id"), ("cod_produto", "nome_produto")]}),
        ("Quantidades", {"fields": [("qtd_saldo", "valor_saldo"), ("pallet", "peso")]}),
        ("Entrega", {"fields": [("expedicao", "agendamento"), "protocolo"]}),
    ]

    @display(description="status do lote", ordering="pedido__status")
    def status_do_lote(self, separacao):
        return rotulo_do_pedido(separacao.pedido) if separacao.pedido else rotulo("Sem pedido")


@admin.register(Pedido)
class PedidoAdmin(ComPedido, TelaAdmin):
    list_display = [
        "num_pedido",
        "separacao_lote_id",
        "situacao",
        coluna_de_nome("raz_social_red", "cliente"),
        "nome_cidade",
        "cod_uf",
        coluna_de_data("expedicao", "expedição"),
        coluna_de_data("agendamento", "agendamento"),
        "protocolo",
    ]
    list_display_links = ["num_pedido", "separacao_lote_id"]
    list_filter = [
        ("status", ChoicesCheckboxFilter),
        ("expedicao", RangeDateFilter),
        ("expedicao", admin.EmptyFieldListFilter),
        "cod_uf",
    ]
    search_fields = ["num_pedido", "separacao_lote_id", "raz_social_red", "cnpj_cpf"]
    date_hierarchy = "expedicao"
    ordering = ["-id"]
    fieldsets = [
        (None, {"fields": [("num_pedido", "separacao_lote_id"), "status"]}),
        ("Entrega", {"fields": [("expedicao", "agendamento"), "protocolo"]}),
        ("Cliente", {"fields": [("raz_social_red", "cnpj_cpf"), ("nome_cidade", "cod_uf")]}),
    ]

    @display(description="status", ordering="status")
    def situacao(self, pedido):
        return rotulo_do_pedido(pedido)
