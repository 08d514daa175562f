from django.contrib import admin
from django.db.models import OuterRef, Subquery
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesCheckboxFilter,
    RangeDateFilter,
    RangeDateTimeFilter,
)
from unfold.decorators import display

from projecao.admin.base import (
    ComBuscaSimples,
    FaixaNumericaFilter,
    SomenteLeitura,
    TelaAdmin,
    coluna_de_data,
    coluna_de_nome,
    coluna_numerica,
    rotulo,
)
from projecao.admin.vivo import ListaViva
from projecao.models import EstoqueAtual, MovimentacaoEstoque, Produto

Tipo = MovimentacaoEstoque.Tipo
CORES = {Tipo.ENTRADA: "success", Tipo.PRODUCAO: "info", Tipo.SAIDA: "warning"}


@admin.register(MovimentacaoEstoque)
class MovimentacaoEstoqueAdmin(TelaAdmin):
    list_display = [
        coluna_de_data("data_movimentacao", "data"),
        "cod_produto",
        coluna_de_nome("nome_produto", "nome"),
        "tipo",
        coluna_numerica("qtd_movimentacao", "quantidade"),
        "local_movimentacao",
        "ativo",
        "atualizado_por",
    ]
    list_display_links = ["cod_produto"]
    list_filter = [
        ("data_movimentacao", RangeDateFilter),
        ("tipo_movimentacao", ChoicesCheckboxFilter),
        ("ativo", BooleanRadioFilter),
        ("qtd_movimentacao", FaixaNumericaFilter),
    ]
    list_select_related = ["atualizado_por"]
    search_fields = ["cod_produto", "nome_produto", "observacao"]
    date_hierarchy = "data_movimentacao"
    ordering = ["-data_movimentacao", "-id"]
    fieldsets = [
        (None, {"fields": [("cod_produto", "nome_produto"), ("data_movimentacao", "tipo_movimentacao")]}),
        (None, {"fields": [("qtd_movimentacao", "local_movimentacao"), "observacao", "ativo"]}),
        ("Registro", {"fields": [("criado_por", "criado_em"), ("atualizado_por", "atualizado_em")]}),
    ]
    readonly_fields = ["criado_por", "criado_em", "atualizado_por", "atualizado_em"]

    @display(description="tipo", ordering="tipo_movimentacao")
    def tipo(self, movimento):
        return rotulo(movimento.get_tipo_movimentacao_display(), CORES.get(movimento.tipo_movimentacao, ""))

    def get_fieldsets(self, request, obj=None):
        return self.fieldsets if obj else self.fieldsets[:2]

    def save_model(self, request, obj, form, change):
        if not change:
            obj.criado_por = request.user
        obj.atualizado_por = request.user
        super().save_model(request, obj, form, change)


@admin.register(EstoqueAtual)
class EstoqueAtualAdmin(ListaViva, ComBuscaSimples, SomenteLeitura):
    list_display = [
        "cod_produto",
        coluna_de_nome("nome", "nome"),
        coluna_numerica("estoque", "estoque"),
        coluna_de_data("atualizado_em", "atualizado em"),
    ]
    list_filter = [("estoque", FaixaNumericaFilter), ("atualizado_em", RangeDateTimeFilter)]
    search_fields = ["cod_produto", "busca"]
    search_help_text = "Código ou nome"
    ordering = ["cod_produto"]
    readonly_fields = [coluna_de_nome("nome", "nome"), coluna_numerica("estoque", "estoque")]
    fields = ["cod_produto", *readonly_fields, "atualizado_em"]

    def get_queryset(self, request):
        produto = Produto.objects.filter(cod_produto=OuterRef("cod_produto"))
        return (
            super()
            .get_queryset(request)
            .annotate(nome=Subquery(produto.values("nome_produto")), busca=Subquery(produto.values("busca")))
        )
