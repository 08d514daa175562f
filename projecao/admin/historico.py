"""What was projected: the kept days, and the months that sum up older ones."""

from django.contrib import admin
from django.utils.formats import date_format
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display

from projecao import representacao
from projecao.admin.acuracia import Acuracia, Arquivo
from projecao.admin.acuracia_grafico import horizonte_por_extenso
from projecao.admin.base import SomenteLeitura, coluna_de_data, coluna_inteira, coluna_numerica, numero
from projecao.models import ProjecaoDiaria, ResumoMensal
from projecao.models.historico import HORIZONTES

PROJETADOS = [coluna_numerica(f"projetado_{n}", f"Proj. D-{n}") for n in HORIZONTES]


class PorHorizonte(admin.SimpleListFilter):
    title = "horizonte"
    parameter_name = "horizonte"

    def lookups(self, request, model_admin):
        return [(str(n), horizonte_por_extenso(n)) for n in HORIZONTES]

    def queryset(self, request, queryset):
        return queryset.filter(horizonte=self.value()) if self.value() in map(str, HORIZONTES) else queryset


@admin.register(ProjecaoDiaria)
class ProjecaoDiariaAdmin(SomenteLeitura):
    list_display = [
        "cod_produto",
        coluna_de_data("data_base", "dia"),
        coluna_numerica("estoque_atual", "estoque"),
        coluna_numerica("realizado", "realizado"),
        *PROJETADOS,
    ]
    list_filter = [("data_base", RangeDateFilter)]
    search_fields = ["=cod_produto"]
    search_help_text = "Código inteiro do produto"
    ordering = ["-data_base", "cod_produto"]
    fields = [("cod_produto", "data_base"), ("estoque_atual", "realizado"), tuple(PROJETADOS), "dias_projetados"]
    readonly_fields = [*PROJETADOS, "dias_projetados"]

    def get_custom_urls(self):
        return [Acuracia.rota(self), Arquivo.rota()]

    def get_queryset(self, request):
        linhas = super().get_queryset(request)
        aberta = request.resolver_match.url_name.endswith("_change")
        return linhas if aberta else linhas.defer("dias")

    @display(description="projetado")
    def dias_projetados(self, linha):
        dias = representacao.dias(linha.projecao)
        return "; ".join(f"{date_format(dia['data'], 'd/m')}: {numero(dia['estoque_final'])}" for dia in dias)


@admin.register(ResumoMensal)
class ResumoMensalAdmin(SomenteLeitura):
    numeros = [
        coluna_numerica("media", "Média"),
        coluna_numerica("minimo", "Mínimo"),
        coluna_numerica("maximo", "Máximo"),
        coluna_numerica("desvio", "Desvio"),
        coluna_inteira("previsoes", "Previsões"),
        coluna_numerica("vies", "Viés"),
        coluna_numerica("erro_absoluto_medio", "Erro médio"),
    ]
    for _calculada in (numeros[0], numeros[3], numeros[5], numeros[6]):
        _calculada.admin_order_field = None  # no column of the table
    list_display = ["cod_produto", "do_mes", "no_horizonte", coluna_inteira("projecoes", "Projeções"), *numeros]
    list_filter = [PorHorizonte, ("mes", RangeDateFilter)]
    search_fields = ["=cod_produto"]
    search_help_text = "Código inteiro do produto"
    ordering = ["-mes", "cod_produto", "horizonte"]
    fields = [("cod_produto", "do_mes", "no_horizonte", "projecoes"), tuple(numeros[:4]), tuple(numeros[4:])]
    readonly_fields = ["do_mes", "no_horizonte", *numeros]

    @display(description="mês", ordering="mes")
    def do_mes(self, resumo):
        return date_format(resumo.mes, "m/Y")

    @display(description="horizonte", ordering="horizonte")
    def no_horizonte(self, resumo):
        return horizonte_por_extenso(resumo.horizonte)
