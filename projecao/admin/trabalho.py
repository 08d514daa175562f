"""Works that people asked for: their list, and the page of each, which shows how far it is, and then its outcome."""

from django.contrib import admin, messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.views.generic import View
from unfold.decorators import display

from projecao import andamento
from projecao.admin import conferencia
from projecao.admin.base import VAZIO, SomenteLeitura, coluna_de_data, redirecionar, rotulo
from projecao.admin.importacao_texto import resumir_trabalho
from projecao.models import Trabalho
from projecao.unidades import contar, duracao, inteiro

VER = "projecao.view_trabalho"
PEDIR = "projecao.forcar_recalculo"
RESUMO_NA_LISTA = 160
Estado = Trabalho.Estado
CORES = {Estado.NA_FILA: "info", Estado.EXECUTANDO: "info", Estado.CONCLUIDO: "success", Estado.FALHOU: "danger"}


def rotulo_do_estado(trabalho: Trabalho) -> str:
    return rotulo(trabalho.get_estado_display(), CORES[Estado(trabalho.estado)])


def ir_ao_trabalho(request, trabalho: Trabalho):
    """After asking for it: to the page where it is followed, by whoever may see it."""
    if request.user.has_perm(VER):
        destino = reverse("admin:projecao_trabalho_change", args=[trabalho.pk])
    else:
        messages.success(request, f"Pedido feito: {trabalho}. Ele continua em segundo plano.")
        destino = reverse("admin:index")
    return redirecionar(request, destino)


def tempo_do_trabalho(trabalho: Trabalho) -> str:
    """From its last beginning to its end, or until now."""
    if trabalho.iniciado_em is None:
        return VAZIO
    fim = trabalho.concluido_em or timezone.now()
    return duracao(max(0.0, (fim - trabalho.iniciado_em).total_seconds() * 1000))


def acompanhamento(trabalho: Trabalho) -> dict:
    """What `andamento.html` and its script show. `percentual` is None while nobody knows how much there is to do."""
    relato = andamento.ler(trabalho.pk) if trabalho.estado == Estado.EXECUTANDO else andamento.Andamento()
    return {
        "estado": trabalho.estado,
        "terminado": trabalho.terminado,
        "percentual": min(100, 100 * relato.feitos // relato.total) if relato.total else None,
        "frase": _frase(trabalho, relato),
    }


def _frase(trabalho: Trabalho, relato: andamento.Andamento) -> str:
    if trabalho.estado != Estado.EXECUTANDO:
        return "Na fila: começa assim que um trabalhador estiver livre." if not trabalho.terminado else ""
    if not relato.total:
        return "Em execução."
    return f"{relato.etapa}: {inteiro(relato.feitos)} de {inteiro(relato.total)}"


class Acompanhar(PermissionRequiredMixin, View):
    permission_required = VER

    def get(self, request, pk, **kwargs):
        return JsonResponse(acompanhamento(get_object_or_404(Trabalho, pk=pk)))


@admin.register(Trabalho)
class TrabalhoAdmin(SomenteLeitura):
    momentos = [
        coluna_de_data("criado_em", "pedido em"),
        coluna_de_data("iniciado_em", "iniciado em"),
        coluna_de_data("concluido_em", "terminado em"),
    ]
    list_display = ["nome", "situacao", "resumo", "por", momentos[0], momentos[2], "numero_tempo"]
    list_filter = ["tipo", "estado"]
    list_select_related = ["criado_por"]
    ordering = ["-id"]
    fieldsets = [(None, {"fields": [("nome", "situacao"), ("por", "numero_tempo"), tuple(momentos)]})]
    readonly_fields = ["nome", "situacao", "por", "numero_tempo", *momentos]
    change_form_outer_before_template = "admin/projecao/trabalho/pagina.html"

    def get_custom_urls(self):
        return [("<int:pk>/andamento", "projecao_trabalho_andamento", Acompanhar.as_view())]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("parametros")  # may name every product there is

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            context |= {
                "trabalho": obj,
                "andamento": acompanhamento(obj),
                "andamento_url": reverse("admin:projecao_trabalho_andamento", args=[obj.pk]),
                **(_resultado(obj, request.user) if obj.estado == Estado.CONCLUIDO else {}),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    @display(description="trabalho", ordering="tipo")
    def nome(self, trabalho):
        return str(trabalho)

    @display(description="situação", ordering="estado")
    def situacao(self, trabalho):
        return rotulo_do_estado(trabalho)

    @display(description="pedido por", ordering="criado_por__username")
    def por(self, trabalho):
        return trabalho.criado_por or VAZIO  # without a link: few may see users

    @display(description="duração")
    def numero_tempo(self, trabalho):
        return tempo_do_trabalho(trabalho)

    @display(description="resultado")
    def resumo(self, trabalho):
        return Truncator(resumir(trabalho)).chars(RESUMO_NA_LISTA)


def _resultado(trabalho: Trabalho, usuario) -> dict:
    pode_pedir = usuario.has_perm(PEDIR)
    comum = {"resumo": resumir(trabalho), "pode_pedir": pode_pedir, "tempo": tempo_do_trabalho(trabalho)}
    if trabalho.tipo == Trabalho.Tipo.CONFERIR_ESTOQUE:
        template, proprio = "conferencia", conferencia.contexto(trabalho, pode_pedir)
    elif trabalho.tipo in (Trabalho.Tipo.CONFERIR_ARQUIVO, Trabalho.Tipo.GRAVAR_ARQUIVO):
        url = reverse("admin:projecao_importacao_change", args=[trabalho.resultado["importacao"]])
        template, proprio = "importacao", {"importacao_url": url}
    else:
        template, proprio = (
            "recalculo",
            {
                "falhas": sorted(trabalho.resultado.get("falhas", {}).items()),
                "e_correcao": trabalho.tipo == Trabalho.Tipo.CORRIGIR_ESTOQUE,
            },
        )
    return comum | proprio | {"resultado_template": f"admin/projecao/trabalho/{template}.html"}


def resumir(trabalho: Trabalho) -> str:
    """Its outcome in a sentence; "" while there is none."""
    if trabalho.estado == Estado.FALHOU:
        return trabalho.erro
    if trabalho.estado != Estado.CONCLUIDO:
        return ""
    return RESUMOS[trabalho.tipo](trabalho.resultado)


def _resumir_recalculo(resultado: dict) -> str:
    frase = f"{contar(resultado['produtos'], 'produto recalculado', 'produtos recalculados')}, "
    frase += f"{inteiro(resultado['gravados']) if resultado['gravados'] else 'nenhum'} com números novos"
    if falhas := len(resultado["falhas"]):
        frase += f"; {contar(falhas, 'não pôde', 'não puderam')} ser recalculado{'s' if falhas > 1 else ''}"
    return f"{frase}."


def _resumir_conferencia(resultado: dict) -> str:
    if not resultado["total"]:
        return "Tudo confere: estoques e projeções são os que os documentos dizem."
    divergencias = contar(resultado["total"], "divergência", "divergências")
    return f"{divergencias} em {contar(len(resultado['produtos']), 'produto', 'produtos')}."


RESUMOS = {
    Trabalho.Tipo.RECALCULAR: _resumir_recalculo,
    Trabalho.Tipo.CONFERIR_ESTOQUE: _resumir_conferencia,
    Trabalho.Tipo.CORRIGIR_ESTOQUE: _resumir_recalculo,
    Trabalho.Tipo.CONFERIR_ARQUIVO: resumir_trabalho,
    Trabalho.Tipo.GRAVAR_ARQUIVO: resumir_trabalho,
}
