from datetime import timedelta

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.utils import timezone
from django.utils.formats import date_format
from unfold.contrib.filters.admin import ChoicesCheckboxFilter
from unfold.decorators import display
from unfold.views import ChangeList

from projecao import banco, servico, unificacao, vivo
from projecao.admin import produto_projetado
from projecao.admin.base import (
    ComBuscaSimples,
    SomenteLeitura,
    coluna_de_data,
    coluna_numerica,
    nome_largo,
    rotulo,
)
from projecao.admin.portfolio import Arquivo, Portfolio
from projecao.admin.recalculo import ComRecalculo
from projecao.admin.vivo import ListaViva, Vivo
from projecao.conf import hoje
from projecao.excecoes import ProjecaoIndisponivel
from projecao.models import EstoqueProjecaoCache
from projecao.recalculo import antigas
from projecao.servico import por_em_dia
from projecao.situacao import MAIS_LENTOS

Status = EstoqueProjecaoCache.Status
D0 = coluna_de_data("data_base", "D0")
CORES = {Status.CRITICO: "danger", Status.ATENCAO: "warning", Status.OK: "success"}


class ListaEmDia(ChangeList):
    """The page's numbers are of now; its order and filters are the stored rows'."""

    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        por_em_dia(self.result_list)


class RupturaAte(admin.SimpleListFilter):
    title = "ruptura"
    parameter_name = "ruptura_em"

    def lookups(self, request, model_admin):
        return [("7", "Em até 7 dias"), ("14", "Em até 14 dias"), ("28", "Em até 28 dias"), ("nunca", "Sem ruptura")]

    def queryset(self, request, queryset):
        if self.value() == "nunca":
            return queryset.filter(dia_ruptura=None)
        if self.value() in {"7", "14", "28"}:
            return queryset.filter(dia_ruptura__lte=hoje() + timedelta(days=int(self.value())))
        return queryset


class Atualidade(admin.SimpleListFilter):
    title = "situação do cálculo"
    parameter_name = "calculo"

    def lookups(self, request, model_admin):
        return [
            ("em_dia", "Em dia"),
            ("pendente", "Recálculo pendente"),
            ("valida", "Dentro da validade"),
            ("expirada", "Mais velha que a validade"),
            ("outro_dia", "De outro dia"),
        ]

    def queryset(self, request, queryset):
        if self.value() == "pendente":
            return queryset.filter(pendente=True)
        if self.value() == "valida":
            return queryset.exclude(pk__in=antigas().values("pk"))
        if self.value() == "outro_dia":
            return queryset.de_outro_dia(hoje())
        if self.value() == "expirada":
            return queryset.filter(pk__in=antigas().values("pk"))
        if self.value() == "em_dia":
            return queryset.filter(pendente=False, data_base=hoje()).exclude(pk__in=antigas().values("pk"))
        return queryset


class MaisLentos(admin.SimpleListFilter):
    title = "tempo de cálculo"
    parameter_name = "lentos"

    def lookups(self, request, model_admin):
        return [("1", f"Os {MAIS_LENTOS} mais lentos")]

    def queryset(self, request, queryset):
        if self.value() != "1":
            return queryset
        lentos = EstoqueProjecaoCache.objects.order_by("-tempo_calculo_ms").values_list("pk", flat=True)
        return queryset.filter(pk__in=list(lentos[:MAIS_LENTOS]))


@admin.register(EstoqueProjecaoCache)
class EstoqueProjecaoCacheAdmin(ListaViva, ComBuscaSimples, ComRecalculo, SomenteLeitura):
    list_display = [
        "cod_produto",
        "nome",
        "recalculo",
        coluna_numerica("estoque_atual", "Est.Hoje"),
        coluna_numerica("menor_estoque_7d", "Est.Min.D+7"),
        coluna_numerica("producao_hoje", "Prod.Hoje"),
        coluna_de_data("dia_ruptura", "ruptura"),
        "status",
        coluna_numerica("saidas_atrasadas", "atrasadas"),
        coluna_de_data("data_calculo", "calculado em"),
    ]
    actions_list = ["forcar_recalculo_de_todos"]
    list_filter = [("status_ruptura", ChoicesCheckboxFilter), RupturaAte, Atualidade, MaisLentos]
    search_fields = ["produto__busca"]
    search_help_text = "Código (também o unificado) ou nome"
    ordering = ["cod_produto"]
    numeros = [
        coluna_numerica("estoque_atual", "Est.Hoje"),
        coluna_numerica("menor_estoque_7d", "Est.Min.D+7"),
        coluna_numerica("menor_estoque_28d", "Est.Min.D+28"),
        coluna_numerica("producao_hoje", "Prod.Hoje"),
        coluna_numerica("saidas_atrasadas", "saídas atrasadas"),
        coluna_numerica("saidas_sem_data", "saídas sem data"),
    ]
    readonly_fields = ["status", "situacao", "calculado", "codigos", D0, "ruptura", "tempo", *numeros]
    fieldsets = [
        (None, {"fields": [("status", "ruptura"), ("situacao", "calculado")]}),
        ("Números", {"fields": [tuple(numeros[:3]), tuple(numeros[3:])]}),
        ("Cálculo", {"fields": [("codigos", D0), ("tempo", "versao")], "classes": ["collapse"]}),
    ]
    change_form_outer_after_template = "admin/projecao/estoqueprojecaocache/dias.html"
    change_form_outer_before_template = "admin/projecao/estoqueprojecaocache/avisos.html"

    def get_queryset(self, request):
        return super().get_queryset(request).publicas().com_pendencia().select_related("produto")

    def get_custom_urls(self):
        return [Portfolio.rota(self), Arquivo.rota(), ("vivo", "projecao_vivo", Vivo.as_view())]

    def get_changelist(self, request, **kwargs):
        return ListaEmDia

    def get_object(self, request, object_id, from_field=None):
        linha = super().get_object(request, object_id, from_field)
        if linha is not None:
            linha.defeito = por_em_dia([linha]).get(linha.pk)
        return linha

    def get_search_results(self, request, queryset, search_term):
        """Asking for a unified code answers with the product it is computed under."""
        canonico = unificacao.resolver([search_term.strip()]).canonico
        return super().get_search_results(request, queryset, canonico[search_term.strip()])

    def change_view(self, request, object_id, form_url="", extra_context=None):
        if not self.has_view_permission(request):
            return super().change_view(request, object_id, form_url, extra_context)
        try:
            # Figures, documents and what can be promised are read at one moment: they agree on the page.
            with banco.leitura_consistente():
                linha = super().get_object(request, unquote(object_id))
                detalhe = servico.detalhar(linha.pk) if linha else None
                contexto = {"vivo": vivo.regiao([unquote(object_id)]), "detalhe": detalhe}
                return super().change_view(request, object_id, form_url, {**(extra_context or {}), **contexto})
        except ProjecaoIndisponivel:
            # Out of that block: after a failed sum PostgreSQL answers nothing more in the same transaction.
            contexto = {"vivo": vivo.regiao([unquote(object_id)])}
            return super().change_view(request, object_id, form_url, {**(extra_context or {}), **contexto})

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            context["avisos"] = _avisos(obj)
            context |= produto_projetado.contexto(request, self.admin_site, obj, context.pop("detalhe", None))
        return super().render_change_form(request, context, add, change, form_url, obj)

    @display(description="nome", ordering="produto__nome_produto")
    def nome(self, linha):
        return nome_largo(self.nome_produto(linha))

    @display(description="nome")
    def nome_produto(self, linha):
        return linha.produto.nome_produto if linha.produto else ""

    @display(description="recálculo")
    def recalculo(self, linha):
        """`situacao`, in few words: in the list it must be seen without scrolling to it."""
        if linha.pendente:
            return rotulo("Pendente", "info")
        return rotulo("Em dia")

    @display(description="status", ordering="status_ruptura")
    def status(self, linha):
        return rotulo(linha.get_status_ruptura_display(), CORES.get(linha.status_ruptura, ""))

    @display(description="situação")
    def situacao(self, linha):
        if linha.pendente:
            return rotulo("Recálculo pendente", "info")
        return self.recalculo(linha)

    @display(description="calculado em")
    def calculado(self, linha):
        return date_format(timezone.localtime(linha.data_calculo), "d/m/Y H:i:s")

    @display(description="códigos contados")
    def codigos(self, linha):
        return ", ".join(unificacao.resolver([linha.pk]).codigos[linha.pk])

    @display(description="ruptura")
    def ruptura(self, linha):
        return date_format(linha.dia_ruptura, "D, d/m/Y") if linha.dia_ruptura else "Sem ruptura em 28 dias"

    @display(description="tempo de cálculo")
    def tempo(self, linha):
        return f"{linha.tempo_calculo_ms:.2f} ms".replace(".", ",")


def _avisos(linha: EstoqueProjecaoCache) -> list[str]:
    """What the page shows and the lists may not have yet; empty if the stored row is good."""
    if linha.defeito:
        return [
            f"Recálculo pendente: os números desta página são antigos, pois este não pôde ser feito: {linha.defeito}"
        ]
    if linha.pendente:
        return ["Recálculo pendente: os números desta página foram calculados agora; a lista se atualiza em instantes."]
    return []
