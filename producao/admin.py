from django.contrib import admin
from unfold.contrib.filters.admin import AllValuesCheckboxFilter, RangeDateFilter

from producao.models import ProgramacaoProducao
from projecao.admin.base import TelaAdmin, coluna_de_data, coluna_de_nome, coluna_numerica


@admin.register(ProgramacaoProducao)
class ProgramacaoProducaoAdmin(TelaAdmin):
    list_display = [
        coluna_de_data("data_programacao", "data"),
        "cod_produto",
        coluna_de_nome("nome_produto", "produto"),
        coluna_numerica("qtd_programada", "quantidade"),
        "linha_producao",
        "cliente_produto",
        "observacao_pcp",
    ]
    list_display_links = ["cod_produto"]
    list_filter = [("data_programacao", RangeDateFilter), ("linha_producao", AllValuesCheckboxFilter)]
    search_fields = ["cod_produto", "nome_produto", "cliente_produto", "observacao_pcp"]
    date_hierarchy = "data_programacao"
    ordering = ["-data_programacao", "cod_produto"]
    fieldsets = [
        (None, {"fields": [("data_programacao", "linha_producao"), ("cod_produto", "nome_produto")]}),
        (None, {"fields": [("qtd_programada", "cliente_produto"), "observacao_pcp"]}),
    ]
