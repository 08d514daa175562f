from django.contrib import admin
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from projecao.admin.base import SomenteLeitura, coluna_de_data, rotulo
from projecao.models import EstadoInterno, ExecucaoJob, RecalculoPendente


class ComErro(admin.SimpleListFilter):
    title = "erro"
    parameter_name = "com_erro"

    def lookups(self, request, model_admin):
        return [("1", "Com erro"), ("0", "Sem erro")]

    def queryset(self, request, queryset):
        return {"1": queryset.exclude(erro=""), "0": queryset.filter(erro="")}.get(self.value(), queryset)


@admin.register(RecalculoPendente)
class RecalculoPendenteAdmin(SomenteLeitura):
    list_display = [
        "cod_produto",
        "motivo",
        coluna_de_data("criado_em", "criado em"),
        "tentativas",
        coluna_de_data("disponivel_em", "próxima tentativa"),
        "erro",
    ]
    list_filter = [ComErro, "motivo", ("criado_em", RangeDateTimeFilter)]
    search_fields = ["cod_produto", "erro"]
    ordering = ["id"]


@admin.register(ExecucaoJob)
class ExecucaoJobAdmin(SomenteLeitura):
    list_display = ["nome", coluna_de_data("inicio", "início"), "duracao", "produtos", "falhas", "situacao"]
    list_filter = [ComErro, "nome", ("inicio", RangeDateTimeFilter)]
    search_fields = ["nome", "erro"]
    date_hierarchy = "inicio"
    ordering = ["-id"]
    fields = ["nome", "inicio", "duracao", "produtos", "falhas", "erro"]
    readonly_fields = ["duracao"]

    @display(description="duração", ordering="duracao_ms")
    def duracao(self, execucao):
        return f"{execucao.duracao_ms / 1000:.2f} s".replace(".", ",")

    @display(description="situação")
    def situacao(self, execucao):
        if execucao.erro:
            return rotulo("Erro", "danger")
        return rotulo("Com falhas", "warning") if execucao.falhas else rotulo("OK", "success")


@admin.register(EstadoInterno)
class EstadoInternoAdmin(SomenteLeitura):
    """Noise to a planner: for whoever looks after the installation."""

    list_display = ["nome", "valor", coluna_de_data("em", "em")]
    search_fields = ["nome"]
    ordering = ["nome"]

    def has_view_permission(self, request, obj=None):
        return request.user.is_active and request.user.is_superuser

    def has_module_permission(self, request):
        return self.has_view_permission(request)
