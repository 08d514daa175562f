"""The worklist's own tables. Nobody edits a row: what people do to an item leaves a record (`alertas.ocorrencias`)."""

from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesCheckboxFilter, RangeDateTimeFilter
from unfold.decorators import display

from projecao.admin.base import SomenteLeitura, coluna_de_data
from projecao.models import Ocorrencia, RegistroDeOcorrencia


@admin.register(Ocorrencia)
class OcorrenciaAdmin(SomenteLeitura):
    pass


@admin.register(RegistroDeOcorrencia)
class RegistroDeOcorrenciaAdmin(SomenteLeitura):
    list_display = [coluna_de_data("em", "quando"), "produto", "acao", "quem", "texto"]
    list_filter = [("acao", ChoicesCheckboxFilter), ("em", RangeDateTimeFilter)]
    list_select_related = ["ocorrencia", "usuario"]
    search_fields = ["ocorrencia__cod_produto", "ocorrencia__nome_produto", "usuario__username", "texto"]
    search_help_text = "Código, nome, usuário ou texto"
    ordering = ["-id"]
    readonly_fields = ["produto", "quem"]
    fields = [("produto", "acao"), ("quem", "em"), "texto"]

    @display(description="produto", ordering="ocorrencia__cod_produto")
    def produto(self, registro):
        return f"{registro.ocorrencia.cod_produto} {registro.ocorrencia.nome_produto}".strip()

    @display(description="quem", ordering="usuario__username")
    def quem(self, registro):
        return str(registro.usuario) if registro.usuario else "Sistema"
