"""What became news, and who is written to of it."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from unfold.contrib.filters.admin import ChoicesCheckboxFilter, RangeDateTimeFilter
from unfold.decorators import display

from projecao import unificacao
from projecao.admin.base import VAZIO, SomenteLeitura, TelaAdmin, coluna_de_data, coluna_de_nome, rotulo
from projecao.admin.projecao import CORES as CORES_DO_STATUS
from projecao.alertas import avisos, ocorrencias
from projecao.models import Acompanhamento, AvisoPorEmail, EventoDeRuptura, Produto
from projecao.unidades import contar

Tipo, Estado = EventoDeRuptura.Tipo, EventoDeRuptura.Estado
CORES_DO_TIPO = {Tipo.DETECTADA: "danger", Tipo.MUDOU: "warning", Tipo.ATENCAO: "warning", Tipo.RESOLVIDA: "success"}
CORES_DO_ESTADO = {Estado.PENDENTE: "info", Estado.DISTRIBUIDO: "success"}


def rotulo_do_evento(evento: EventoDeRuptura) -> str:
    return rotulo(evento.get_tipo_display(), CORES_DO_TIPO.get(evento.tipo, ""))


def frase_dos_desconhecidos(cods: list[str]) -> str:
    """For codes as somebody typed them: "" if all are known. They are kept, since files arrive in any order."""
    conhecidos = set(Produto.objects.filter(pk__in=cods).values_list("pk", flat=True))
    novos = [cod for cod in cods if cod not in conhecidos]
    if not novos:
        return ""
    quantos = contar(len(novos), "código ainda não é de nenhum produto", "códigos ainda não são de nenhum produto")
    return f"{quantos}: {', '.join(novos[:10])}. Confira a digitação."


@admin.register(EventoDeRuptura)
class EventoDeRupturaAdmin(SomenteLeitura):
    list_display = [
        coluna_de_data("criado_em", "quando"),
        "evento",
        "cod_produto",
        coluna_de_nome("nome_produto", "nome"),
        "antes",
        "depois",
        coluna_de_data("dia_ruptura", "ruptura"),
        "situacao",
    ]
    list_filter = [
        ("tipo", ChoicesCheckboxFilter),
        ("status_ruptura", ChoicesCheckboxFilter),
        ("estado", ChoicesCheckboxFilter),
        ("criado_em", RangeDateTimeFilter),
    ]
    search_fields = ["cod_produto", "nome_produto"]
    search_help_text = "Código ou nome"
    ordering = ["-id"]
    momentos = [coluna_de_data("criado_em", "quando"), coluna_de_data("vale_em", "contado a partir de")]
    dias = [coluna_de_data("dia_anterior", "ruptura antes"), coluna_de_data("dia_ruptura", "ruptura")]
    readonly_fields = ["evento", "antes", "depois", "situacao", "frase", *momentos, *dias]
    fields = [
        ("cod_produto", "nome_produto"),
        ("evento", "frase"),
        ("antes", "depois"),
        tuple(dias),
        tuple(momentos),
        "situacao",
    ]

    @display(description="evento", ordering="tipo")
    def evento(self, evento):
        return rotulo_do_evento(evento)

    @display(description="status antes", ordering="status_anterior")
    def antes(self, evento):
        return rotulo(evento.get_status_anterior_display(), CORES_DO_STATUS.get(evento.status_anterior, ""))

    @display(description="status", ordering="status_ruptura")
    def depois(self, evento):
        return rotulo(evento.get_status_ruptura_display(), CORES_DO_STATUS.get(evento.status_ruptura, ""))

    @display(description="situação", ordering="estado")
    def situacao(self, evento):
        return rotulo(evento.get_estado_display(), CORES_DO_ESTADO.get(evento.estado, ""))

    @display(description="o que mudou")
    def frase(self, evento):
        return ocorrencias.descrever(evento)


class SoDeQuemVe:
    """Rows of a person: only his own are shown, and to a superuser all."""

    def get_queryset(self, request):
        todos = super().get_queryset(request).select_related("usuario")
        return todos if request.user.is_superuser else todos.filter(usuario=request.user)


class AcompanhamentoForm(forms.ModelForm):
    quem = None
    """Whose it is: the admin sets it."""

    def clean_cod_produto(self):
        cod = self.cleaned_data["cod_produto"].strip()
        return unificacao.resolver([cod]).canonico[cod] if cod else ""

    def clean(self):
        dados = super().clean()
        iguais = Acompanhamento.objects.filter(
            usuario=self.instance.usuario_id or self.quem,
            cod_produto=dados.get("cod_produto", ""),
            status=dados.get("status", ""),
        ).exclude(pk=self.instance.pk)
        if not self.errors and iguais.exists():
            raise ValidationError("Este acompanhamento já existe: altere-o, se quiser receber em outra hora.")
        return dados


@admin.register(Acompanhamento)
class AcompanhamentoAdmin(SoDeQuemVe, TelaAdmin):
    form = AcompanhamentoForm
    list_display = ["produto", "mudancas", "frequencia"]
    list_filter = [("status", ChoicesCheckboxFilter), ("frequencia", ChoicesCheckboxFilter)]
    search_fields = ["cod_produto"]
    search_help_text = "Código"
    ordering = ["usuario", "cod_produto", "status"]
    fields = ["cod_produto", ("status", "frequencia")]
    list_before_template = change_form_outer_before_template = "admin/projecao/alertas/recados.html"

    def get_list_display(self, request):
        return [*self.list_display, "de_quem"] if request.user.is_superuser else self.list_display

    def get_form(self, request, obj=None, change=False, **kwargs):
        formulario = super().get_form(request, obj, change=change, **kwargs)
        return type(formulario.__name__, (formulario,), {"quem": request.user})

    def save_model(self, request, obj, form, change):
        if not change:
            obj.usuario = request.user
        super().save_model(request, obj, form, change)
        if frase := frase_dos_desconhecidos([obj.cod_produto] if obj.cod_produto else []):
            self.message_user(request, frase, "WARNING")

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {**(extra_context or {}), "recados": _recados(request.user)})

    def render_change_form(self, request, context, *args, **kwargs):
        return super().render_change_form(request, context | {"recados": _recados(request.user)}, *args, **kwargs)

    @display(description="produto", ordering="cod_produto")
    def produto(self, acompanhamento):
        return acompanhamento.cod_produto or "Todos os produtos"

    @display(description="status", ordering="status")
    def mudancas(self, acompanhamento):
        return acompanhamento.get_status_display() or "Qualquer mudança"

    @display(description="de quem", ordering="usuario__username")
    def de_quem(self, acompanhamento):
        return str(acompanhamento.usuario)


def _recados(usuario) -> list[str]:
    recados = []
    if not avisos.configurado():
        recados.append(
            "O envio de e-mails não está configurado nesta instalação: até que um administrador o configure, "
            "nada é enviado, e o que acontece até lá não será avisado depois."
        )
    if not usuario.email:
        recados.append("O seu usuário não tem e-mail: peça a um administrador que o inclua.")
    return recados


@admin.register(AvisoPorEmail)
class AvisoPorEmailAdmin(SoDeQuemVe, SomenteLeitura):
    list_display = [
        "sobre",
        "usuario",
        "frequencia",
        coluna_de_data("proxima_em", "a partir de"),
        coluna_de_data("enviado_em", "enviado em"),
        "tentativas",
        "falha",
    ]
    list_filter = [
        ("frequencia", ChoicesCheckboxFilter),
        ("enviado_em", admin.EmptyFieldListFilter),
        ("enviado_em", RangeDateTimeFilter),
    ]
    search_fields = ["evento__cod_produto", "evento__nome_produto", "usuario__username"]
    search_help_text = "Código, nome ou usuário"
    ordering = ["-id"]
    fields = [("sobre", "usuario"), ("frequencia", "proxima_em"), ("tentativas", "enviado_em"), "erro"]
    readonly_fields = ["sobre"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("evento")

    @display(description="evento", ordering="evento")
    def sobre(self, aviso):
        return str(aviso.evento)

    @display(description="erro", ordering="erro")
    def falha(self, aviso):
        return aviso.erro[:160] or VAZIO
