from django.contrib import admin
from unfold.contrib.filters.admin import BooleanRadioFilter

from projecao.admin.base import ComBuscaSimples, TelaAdmin, coluna_de_nome, coluna_numerica
from projecao.admin.recalculo import ComRecalculo
from projecao.models import Produto, UnificacaoCodigos


@admin.register(Produto)
class ProdutoAdmin(ComBuscaSimples, ComRecalculo, TelaAdmin):
    list_display = [
        "cod_produto",
        coluna_de_nome("nome_produto", "nome"),
        "unidade",
        coluna_numerica("estoque_seguranca", "estoque de segurança"),
        coluna_numerica("palletizacao", "un. por pallet"),
        coluna_numerica("peso_bruto", "peso bruto (kg)"),
        "ativo",
    ]
    list_filter = [("ativo", BooleanRadioFilter), ("estoque_seguranca", admin.EmptyFieldListFilter)]
    search_fields = ["busca"]
    search_help_text = "Código ou nome"
    ordering = ["cod_produto"]
    fieldsets = [
        (None, {"fields": [("cod_produto", "unidade"), "nome_produto", "ativo"]}),
        ("Estoque e transporte", {"fields": ["estoque_seguranca", ("palletizacao", "peso_bruto")]}),
    ]

    def get_readonly_fields(self, request, obj=None):
        # The code is the key: a form that changes it would store a second product and leave the first.
        return ["cod_produto"] if obj else []


@admin.register(UnificacaoCodigos)
class UnificacaoCodigosAdmin(TelaAdmin):
    list_display = ["codigo_origem", "codigo_destino", "observacao", "ativo"]
    list_filter = [("ativo", BooleanRadioFilter)]
    search_fields = ["codigo_origem", "codigo_destino", "observacao"]
    ordering = ["codigo_destino", "codigo_origem"]
    fields = [("codigo_origem", "codigo_destino"), "observacao", "ativo"]
