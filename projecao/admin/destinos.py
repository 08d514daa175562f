"""Where webhooks go: addresses, secrets that are shown once, and what came of each delivery."""

from datetime import datetime

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesCheckboxFilter, RangeDateTimeFilter
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from projecao import unificacao
from projecao.admin.alertas import frase_dos_desconhecidos
from projecao.admin.base import (
    VAZIO,
    SomenteLeitura,
    TelaAdmin,
    coluna_de_data,
    coluna_inteira,
    data_curta,
    redirecionar,
    rotulo,
)
from projecao.alertas.webhooks import entregas, rede, teste
from projecao.models import DestinoWebhook, EntregaWebhook, EventoDeRuptura
from projecao.models.alerta import Status
from projecao.unidades import contar, duracao

Estado = EntregaWebhook.Estado
CORES = {Estado.PENDENTE: "info", Estado.ENTREGUE: "success", Estado.DESISTIU: "danger", Estado.CANCELADA: ""}
CODIGO_MAXIMO = EventoDeRuptura._meta.get_field("cod_produto").max_length


class ListaDeCodigos(forms.CharField):
    """Products' codes, separated by commas or lines, as a list of those they are computed under."""

    widget = UnfoldAdminTextareaWidget

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value):
        texto = super().clean(value)
        cods = list(dict.fromkeys(parte.strip() for parte in texto.replace("\n", ",").split(",") if parte.strip()))
        if longos := [cod for cod in cods if len(cod) > CODIGO_MAXIMO]:
            raise ValidationError(f"Não há código tão longo: {longos[0][:CODIGO_MAXIMO]}…")
        canonico = unificacao.resolver(cods).canonico
        return list(dict.fromkeys(canonico[cod] for cod in cods))

    def has_changed(self, initial, data):
        try:
            return (initial or []) != self.clean(data)
        except ValidationError:
            return True


def _escolhas(rotulo_do_campo: str, escolhas, ajuda: str) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=rotulo_do_campo,
        choices=escolhas,
        required=False,
        help_text=ajuda,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )


class DestinoForm(forms.ModelForm):
    eventos = _escolhas("Eventos", EventoDeRuptura.Tipo.choices, "Nenhum marcado: todos.")
    status = _escolhas("Status", Status.choices, "De antes ou de depois da mudança. Nenhum marcado: qualquer um.")
    produtos = ListaDeCodigos(
        label="Produtos", required=False, help_text="Códigos separados por vírgula ou linha. Vazio: todos."
    )

    def clean_endereco(self):
        """Where its name leads is looked up at each delivery: it may change by then."""
        endereco = self.cleaned_data["endereco"].strip()
        if "://" not in endereco:
            endereco = f"https://{endereco}"
        try:
            rede.examinar(endereco)
        except rede.DestinoProibido as erro:
            raise ValidationError(str(erro)) from None
        return endereco


DIALOGO_DO_SEGREDO = {
    "title": "Trocar segredo",
    "description": "Um segredo novo é criado e mostrado uma única vez. O de agora continua assinando junto por 24 "
    "horas, para que o outro lado troque o seu com calma; um anterior a ele deixa de valer já.",
    "form_class": None,
    "form_submit_text": "Trocar segredo",
}
DIALOGO_DO_TESTE = {
    "title": "Testar destino",
    "description": "Uma mensagem assinada, do tipo “teste”, é enviada agora a este endereço. Pode levar alguns "
    "segundos.",
    "form_class": None,
    "form_submit_text": "Enviar teste",
}


@admin.register(DestinoWebhook)
class DestinoWebhookAdmin(TelaAdmin):
    """The secret is shown by a message, right after it was made, on pages that the admin lets nobody cache."""

    form = DestinoForm
    formfield_overrides = {
        **TelaAdmin.formfield_overrides,
        models.URLField: {"widget": UnfoldAdminTextInputWidget, "assume_scheme": "https"},
    }
    list_display = ["nome", "endereco", "situacao", coluna_de_data("criado_em", "criado em"), "criado_por"]
    list_filter = [("ativo", BooleanRadioFilter)]
    list_select_related = ["criado_por"]
    search_fields = ["nome", "endereco"]
    ordering = ["nome", "id"]
    fieldsets = [
        (None, {"fields": ["nome", "endereco", "ativo"]}),
        ("O que é enviado", {"fields": ["eventos", "status", "produtos"]}),
        ("Registro", {"fields": [("segredos", "situacao"), ("criado_por", "criado")]}),
    ]
    readonly_fields = ["segredos", "situacao", "criado_por", "criado"]
    actions_detail = ["testar", "trocar_segredo"]

    def get_fieldsets(self, request, obj=None):
        return self.fieldsets if obj else self.fieldsets[:2]

    def lookup_allowed(self, lookup, value, request=None):
        # An address may ask a list for any column: letter by letter, it would tell the secret to whoever may look.
        return not lookup.startswith("segredo") and super().lookup_allowed(lookup, value, request)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.criado_por = request.user
        if obj.ativo:
            obj.motivo_desativacao = ""
        super().save_model(request, obj, form, change)
        if frase := frase_dos_desconhecidos(obj.produtos):
            messages.warning(request, frase)
        if not change:
            _mostrar_segredo(request, obj.segredo)

    def has_trocar_segredo_permission(self, request, obj=None):
        return self.has_change_permission(request)

    has_testar_permission = has_trocar_segredo_permission

    # The dialogs make them safe: a GET only asks, and what reaches the methods was posted with a CSRF token.
    @action(description="Testar", url_path="testar", icon="send", permissions=["testar"], dialog=DIALOGO_DO_TESTE)
    def testar(self, request, form, object_id):
        resposta = teste.enviar(self._destino(request, object_id))
        self.message_user(request, teste.descrever(resposta), messages.SUCCESS if resposta.chegou else messages.ERROR)
        return self._voltar(request, object_id)

    @action(
        description="Trocar segredo",
        url_path="trocar-segredo",
        icon="key",
        permissions=["trocar_segredo"],
        dialog=DIALOGO_DO_SEGREDO,
    )
    def trocar_segredo(self, request, form, object_id):
        destino = self._destino(request, object_id)
        segredo = destino.trocar_segredo()
        self.log_change(request, destino, "Segredo trocado.")
        _mostrar_segredo(request, segredo)
        return self._voltar(request, object_id)

    def _destino(self, request, object_id) -> DestinoWebhook:
        destino = self.get_object(request, unquote(object_id))
        if destino is None:
            raise Http404
        return destino

    def _voltar(self, request, object_id):
        endereco = reverse("admin:projecao_destinowebhook_change", args=[object_id])
        return redirecionar(request, endereco)

    @display(description="situação", ordering="ativo")
    def situacao(self, destino):
        if destino.ativo:
            return rotulo("Ativo", "success")
        if destino.motivo_desativacao:
            return format_html("{} {}", rotulo("Desativado", "danger"), destino.motivo_desativacao)
        return rotulo("Desativado")

    @display(description="segredo")
    def segredos(self, destino):
        if len(destino.segredos(timezone.now())) > 1:
            return f"Trocado: o anterior também assina até {data_curta(destino.segredo_anterior_ate)}."
        return "Guardado. Não é mostrado de novo: se foi perdido, troque-o."

    @display(description="criado em")
    def criado(self, destino):
        return data_curta(destino.criado_em)


def _mostrar_segredo(request, segredo: str) -> None:
    messages.warning(request, f"Copie o segredo agora: ele não será mostrado de novo. {segredo}")


@admin.register(EntregaWebhook)
class EntregaWebhookAdmin(SomenteLeitura):
    list_display = [
        "evento_",
        "destino",
        "situacao",
        coluna_inteira("tentativas", "tentativas"),
        "resposta",
        coluna_de_data("proxima_em", "próxima tentativa"),
        coluna_de_data("criada_em", "criada em"),
        coluna_de_data("entregue_em", "entregue em"),
    ]
    list_filter = [("estado", ChoicesCheckboxFilter), "destino", ("criada_em", RangeDateTimeFilter)]
    list_select_related = ["destino", "evento"]
    search_fields = ["cod_produto", "evento__nome_produto", "destino__nome"]
    search_help_text = "Código ou nome do produto, ou nome do destino"
    ordering = ["-id"]
    momentos = [coluna_de_data("criada_em", "criada em"), coluna_de_data("entregue_em", "entregue em")]
    proxima = coluna_de_data("proxima_em", "próxima tentativa")
    readonly_fields = ["evento_", "destino_", "situacao", "mensagem", "tentativas_feitas", proxima, *momentos]
    fields = [
        ("evento_", "destino_"),
        ("situacao", "mensagem"),
        ("tentativas", proxima),
        tuple(momentos),
        "tentativas_feitas",
    ]
    actions = ["reenviar"]
    actions_detail = ["reenviar_esta"]

    def has_reenviar_permission(self, request, obj=None):
        return self.has_view_permission(request) and request.user.has_perm("projecao.change_destinowebhook")

    @action(description="Reenviar", icon="send", permissions=["reenviar"])
    def reenviar(self, request, queryset):
        self._reenviar(request, list(queryset.select_related("destino")))

    @action(
        description="Reenviar",
        url_path="reenviar",
        icon="send",
        permissions=["reenviar"],
        dialog={
            "title": "Reenviar",
            "description": "A entrega volta ao começo, com a mesma identificação: quem já a recebeu reconhece a "
            "repetição.",
            "form_class": None,
            "form_submit_text": "Reenviar",
        },
    )
    def reenviar_esta(self, request, form, object_id):
        entrega = self.get_object(request, unquote(object_id))
        if entrega is None:
            raise Http404
        self._reenviar(request, [entrega])
        endereco = reverse("admin:projecao_entregawebhook_change", args=[object_id])
        return redirecionar(request, endereco)

    def _reenviar(self, request, pedidas: list[EntregaWebhook]) -> None:
        vao = [entrega for entrega in pedidas if entrega.destino.ativo]
        if vao:
            entregas.reenviar(*vao)
            frase = contar(len(vao), "entrega volta à fila e sai", "entregas voltam à fila e saem")
            self.message_user(request, f"{frase} em instantes.", messages.SUCCESS)
        if parados := sorted({entrega.destino.nome for entrega in pedidas if not entrega.destino.ativo}):
            self.message_user(request, f"Destino desativado: {', '.join(parados)}. Ative-o antes.", messages.ERROR)

    @display(description="evento", ordering="evento")
    def evento_(self, entrega):
        return str(entrega.evento)

    @display(description="destino")
    def destino_(self, entrega):
        return f"{entrega.destino}: {entrega.destino.endereco}"

    @display(description="situação", ordering="estado")
    def situacao(self, entrega):
        return rotulo(entrega.get_estado_display(), CORES[Estado(entrega.estado)])

    @display(description="webhook-id")
    def mensagem(self, entrega):
        return entrega.id_da_mensagem

    @display(description="última resposta")
    def resposta(self, entrega):
        return Truncator(_resposta(entrega.registro[-1])).chars(120) if entrega.registro else VAZIO

    @display(description="registro das tentativas")
    def tentativas_feitas(self, entrega):
        if not entrega.registro:
            return VAZIO
        linhas = ((_momento(tentativa), _resposta(tentativa)) for tentativa in entrega.registro)
        return format_html("<ol>{}</ol>", format_html_join("", "<li>{}: {}</li>", linhas))


def _momento(tentativa: dict) -> str:
    """To the second: the first retry comes after five."""
    momento = timezone.localtime(datetime.fromisoformat(tentativa["em"]))
    return f"{date_format(momento, 'd/m/Y H:i:s')}, {duracao(tentativa['ms'])}"


def _resposta(tentativa: dict) -> str:
    """What the receiver said, or why he said nothing."""
    if tentativa["status"] is None:
        return tentativa["erro"]
    return f"{tentativa['status']} {tentativa['resposta']}".strip()
