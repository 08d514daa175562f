"""Files that planners send: their list, the form, and the page of each: preview, confirmation, outcome."""

import csv
from io import BytesIO

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST
from unfold.decorators import display

from projecao import importacoes
from projecao.admin.base import SomenteLeitura, chave, coluna_de_data, rotulo
from projecao.admin.exportacao import Baixar, Exportar
from projecao.admin.importacao_envio import Envio, ajuda, limites, recusar_tipo_alheio
from projecao.admin.importacao_pagina import CORES, contexto
from projecao.admin.importacao_texto import classe_de, frase_das_contas, titulo_do_tipo
from projecao.admin.trabalho import acompanhamento
from projecao.importacao.permissoes import pode_importar, pode_ver, tipos_permitidos
from projecao.importacao.registro import planilhas
from projecao.models import Importacao, Situacao
from projecao.tabela import neutralizar


class PorTipo(admin.SimpleListFilter):
    title = "o que traz"
    parameter_name = "tipo"

    def lookups(self, request, model_admin):
        return [(tipo, classe.titulo_do_tipo()) for tipo, classe in planilhas().items()]

    def queryset(self, request, queryset):
        return queryset.filter(tipo=self.value()) if self.value() else queryset


class PorSituacao(admin.SimpleListFilter):
    title = "situação"
    parameter_name = "situacao"

    def lookups(self, request, model_admin):
        return Situacao.choices

    def queryset(self, request, queryset):
        return queryset.filter(situacao=self.value()) if self.value() else queryset


@admin.register(Importacao)
class ImportacaoAdmin(SomenteLeitura):
    list_display = [
        "nome_arquivo",
        "o_que",
        "situacao",
        "resumo",
        "criado_por",
        coluna_de_data("criado_em", "enviado em"),
    ]
    list_filter = [PorTipo, PorSituacao]
    list_select_related = ["criado_por", "conferencia", "gravacao"]
    search_fields = ["nome_arquivo"]
    list_before_template = "admin/projecao/importacao/lista.html"
    ordering = ["-id"]

    def get_queryset(self, request):
        return super().get_queryset(request).com_situacao()

    def has_add_permission(self, request):
        return bool(tipos_permitidos(request.user))

    def has_view_permission(self, request, obj=None):
        """Of one import: the rows of its model are shown there."""
        if not super().has_view_permission(request, obj) or obj is None:
            return super().has_view_permission(request, obj)
        classe = classe_de(obj.tipo)
        return classe is None or pode_ver(request.user, classe)

    def get_custom_urls(self):
        return [
            Exportar.rota(self),
            Baixar.rota(),
            ("<int:pk>/andamento", "projecao_importacao_andamento", self.andamento_view),
            ("<int:pk>/confirmar", "projecao_importacao_confirmar", self.confirmar_view),
            ("<int:pk>/conferir", "projecao_importacao_conferir", self.conferir_view),
            ("<int:pk>/descartar", "projecao_importacao_descartar", self.descartar_view),
            ("<int:pk>/erros.csv", "projecao_importacao_erros", self.erros_view),
            ("<int:pk>/arquivo", "projecao_importacao_arquivo", self.arquivo_view),
        ]

    # The list

    @display(description="o que traz", ordering="tipo")
    def o_que(self, importacao):
        return titulo_do_tipo(importacao.tipo)

    @display(description="situação", ordering="situacao")
    def situacao(self, importacao):
        situacao = Situacao(importacao.situacao)
        return rotulo(situacao.label, CORES[situacao])

    @display(description="resumo")
    def resumo(self, importacao):
        for trabalho in (importacao.gravacao, importacao.conferencia):
            if trabalho is not None and trabalho.terminado:
                return trabalho.erro or frase_das_contas(trabalho.resultado["contas"])
        return "-"

    # The form

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        envio = Envio(request.user)
        if request.method == "POST":
            recusar_tipo_alheio(request.user, request.POST.get("tipo", ""))
            envio = Envio(request.user, request.POST, request.FILES)
            if envio.is_valid():
                return self._receber(request, envio.cleaned_data)
        dados = {
            "envio": envio,
            "limites": limites(),
            "ajuda": ajuda(envio.permitidos.values()),
            "substituiveis": ajuda(envio.completos),
        }
        return self._pagina(request, "Importar arquivo", "envio", dados)

    def _receber(self, request, dados):
        arquivo = dados["arquivo"]
        importacao = importacoes.receber(
            arquivo,
            arquivo.name,
            dados["classe"],
            request.user,
            substituir=dados.get("substituir", False),
            parcial=dados["parcial"],
        )
        return self._ir_a(importacao.pk)

    # The page of one

    def change_view(self, request, object_id, form_url="", extra_context=None):
        importacao = self._achar(request, object_id)
        return self._pagina(
            request, f"Importação de {importacao.nome_arquivo}", "pagina", contexto(request, importacao)
        )

    def andamento_view(self, request, pk, **kwargs):
        importacao = self._achar(request, pk)
        return JsonResponse(acompanhamento(importacao.gravacao or importacao.conferencia))

    @method_decorator(require_POST)
    def confirmar_view(self, request, pk, **kwargs):
        conferencia = chave(request.POST.get("conferencia", ""))
        if conferencia is None:
            raise Http404
        return self._decidir(request, pk, lambda: importacoes.confirmar(pk, conferencia, request.user))

    @method_decorator(require_POST)
    def conferir_view(self, request, pk, **kwargs):
        parcial = True if request.POST.get("parcial") else None
        return self._decidir(request, pk, lambda: importacoes.conferir_de_novo(pk, request.user, parcial=parcial))

    @method_decorator(require_POST)
    def descartar_view(self, request, pk, **kwargs):
        return self._decidir(request, pk, lambda: importacoes.descartar(pk))

    def _decidir(self, request, pk, decidir):
        importacao = self._achar(request, pk)
        classe = classe_de(importacao.tipo)
        if classe is None or not pode_importar(request.user, classe, substituir=importacao.substituir):
            raise PermissionDenied
        try:
            decidir()
        except importacoes.SituacaoMudou as mudou:
            self.message_user(request, str(mudou), messages.WARNING)
        return self._ir_a(pk)

    def erros_view(self, request, pk, **kwargs):
        importacao = self._achar(request, pk)
        dados = importacao.resultado or importacao.previa
        if not dados:
            raise Http404
        resposta = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
        resposta["Content-Disposition"] = f'attachment; filename="erros-da-importacao-{pk}.csv"'
        saida = csv.writer(resposta, delimiter=";")
        saida.writerow(["Linha", "Coluna", "Motivo"])
        saida.writerows([linha, neutralizar(coluna), neutralizar(motivo)] for linha, coluna, motivo in dados["erros"])
        if (mais := dados["total_de_erros"] - len(dados["erros"])) > 0:
            saida.writerow(["", "", f"... e mais {mais} erros, que não foram guardados"])
        return resposta

    def arquivo_view(self, request, pk, **kwargs):
        importacao = self._achar(request, pk)
        if importacao.conteudo is None:
            raise Http404
        return FileResponse(
            BytesIO(importacao.conteudo),
            as_attachment=True,
            filename=importacao.nome_arquivo,
            content_type="application/octet-stream",
        )

    def _achar(self, request, pk) -> Importacao:
        conjunto = self.get_queryset(request).select_related(
            "criado_por", "conferencia", "gravacao", "gravacao__criado_por"
        )
        # Asked for again whole, but for the file.
        importacao = conjunto.defer(None).defer("conteudo").filter(pk=chave(str(pk))).first()
        if importacao is None:
            raise Http404
        if not self.has_view_permission(request, importacao):
            raise PermissionDenied
        return importacao

    def _pagina(self, request, titulo, nome, dados):
        quadro = self.admin_site.each_context(request)
        endereco = {"title": titulo, "lista_url": reverse("admin:projecao_importacao_changelist")}
        return TemplateResponse(request, f"admin/projecao/importacao/{nome}.html", quadro | endereco | dados)

    def _ir_a(self, pk):
        return redirect("admin:projecao_importacao_change", pk)
