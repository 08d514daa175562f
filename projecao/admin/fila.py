from django.contrib import admin
from django.utils import timezone
from django.utils.text import Truncator
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from projecao import execucoes
from projecao.admin import maquina
from projecao.admin.base import SomenteLeitura, coluna_de_data, coluna_inteira, rotulo
from projecao.admin.saude import nome_do_motivo
from projecao.models import EstadoInterno, ExecucaoJob, RecalculoPendente
from projecao.unidades import duracao, idade

ERRO_NA_LISTA = 160


class ComErro(admin.SimpleListFilter):
    title = "erro"
    parameter_name = "com_erro"

    def lookups(self, request, model_admin):
        return [("1", "Com erro"), ("0", "Sem erro")]

    def queryset(self, request, queryset):
        return {"1": queryset.exclude(erro=""), "0": queryset.filter(erro="")}.get(self.value(), queryset)


class PorMotivo(admin.SimpleListFilter):
    title = "motivo"
    parameter_name = "motivo"

    def lookups(self, request, model_admin):
        motivos = RecalculoPendente.objects.order_by("motivo").values_list("motivo", flat=True).distinct()
        return [(motivo, nome_do_motivo(motivo)) for motivo in motivos]

    def queryset(self, request, queryset):
        return queryset.filter(motivo=self.value()) if self.value() else queryset


class PorJob(admin.SimpleListFilter):
    title = "job"
    parameter_name = "nome"

    def lookups(self, request, model_admin):
        return list(execucoes.JOBS.items())

    def queryset(self, request, queryset):
        return queryset.filter(nome=self.value()) if self.value() else queryset


class ErroCurto:
    @display(description="erro", ordering="erro")
    def erro_curto(self, linha):
        return Truncator(linha.erro.partition("\n")[0]).chars(ERRO_NA_LISTA)


@admin.register(RecalculoPendente)
class RecalculoPendenteAdmin(ErroCurto, SomenteLeitura):
    list_display = [
        "cod_produto",
        "causa",
        coluna_de_data("criado_em", "criado em"),
        "numero_ha",
        coluna_inteira("tentativas", "tentativas"),
        coluna_de_data("disponivel_em", "próxima tentativa"),
        "erro_curto",
    ]
    list_filter = [ComErro, PorMotivo, ("criado_em", RangeDateTimeFilter)]
    search_fields = ["cod_produto", "erro"]
    ordering = ["id"]
    fields = [("cod_produto", "causa"), ("criado_em", "numero_ha"), ("tentativas", "disponivel_em"), "erro"]
    readonly_fields = ["causa", "numero_ha"]

    def get_custom_urls(self):
        return maquina.rotas(self)

    @display(description="motivo", ordering="motivo")
    def causa(self, marca):
        return nome_do_motivo(marca.motivo)

    @display(description="espera há", ordering="-criado_em")
    def numero_ha(self, marca):
        return idade(max(0, (timezone.now() - marca.criado_em).total_seconds()))


@admin.register(ExecucaoJob)
class ExecucaoJobAdmin(ErroCurto, SomenteLeitura):
    list_display = [
        "job",
        coluna_de_data("inicio", "início"),
        "numero_duracao",
        coluna_inteira("produtos", "produtos"),
        coluna_inteira("falhas", "falhas"),
        "situacao",
        "erro_curto",
    ]
    list_filter = [ComErro, PorJob, ("inicio", RangeDateTimeFilter)]
    search_fields = ["nome", "erro"]
    date_hierarchy = "inicio"
    ordering = ["-id"]
    fields = [("job", "situacao"), ("inicio", "numero_duracao"), ("produtos", "falhas"), "erro"]
    readonly_fields = ["job", "numero_duracao", "situacao"]

    @display(description="job", ordering="nome")
    def job(self, execucao):
        return execucoes.nome_do_job(execucao.nome)

    @display(description="duração", ordering="duracao_ms")
    def numero_duracao(self, execucao):
        return duracao(execucao.duracao_ms)

    @display(description="resultado")
    def situacao(self, execucao):
        return rotulo(*execucoes.desfecho(execucao.falhas, execucao.erro))


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
