"""'Forçar recálculo', of one product, of selected rows and of all, for whoever holds `projecao.forcar_recalculo`."""

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.http import Http404
from django.urls import reverse
from unfold.decorators import action

from projecao import trabalhos
from projecao.admin.base import redirecionar
from projecao.admin.trabalho import PEDIR as PERMISSAO
from projecao.admin.trabalho import ir_ao_trabalho
from projecao.models import Trabalho
from projecao.recalculo import recalcular

NA_HORA = 200
"""Selected products that are recalculated while one waits, well under a second; more are a work."""
FALHAS_MOSTRADAS = 10

CONFIRMACAO = {
    "title": "Forçar recálculo",
    "description": "A projeção deste produto será recalculada agora, a partir do estoque e dos documentos.",
    "form_class": None,
    "form_submit_text": "Recalcular",
}
CONFIRMACAO_GERAL = CONFIRMACAO | {
    "title": "Forçar recálculo de todos os produtos",
    "description": "As projeções de todos os produtos serão recalculadas em segundo plano. Você pode acompanhar, ou "
    "sair e ver o resultado depois, em Trabalhos.",
    "form_submit_text": "Recalcular todos",
}


class ComRecalculo:
    """For admins of models whose key is a product's code."""

    actions = ["forcar_recalculo"]
    actions_detail = ["forcar_recalculo_deste"]

    def has_forcar_recalculo_permission(self, request, obj=None):
        return self.has_view_permission(request) and request.user.has_perm(PERMISSAO)

    @action(description="Forçar recálculo", icon="refresh", permissions=["forcar_recalculo"])
    def forcar_recalculo(self, request, queryset):
        cods = list(queryset.order_by("pk").values_list("pk", flat=True))
        if len(cods) > NA_HORA:
            recalculo = trabalhos.pedir_uma_vez(Trabalho.Tipo.RECALCULAR, request.user, produtos=cods)
            return ir_ao_trabalho(request, recalculo)
        return self._recalcular(request, cods)

    @action(
        description="Recalcular todos",
        url_path="recalcular-todos",
        icon="refresh",
        permissions=["forcar_recalculo"],
        dialog=CONFIRMACAO_GERAL,
    )
    def forcar_recalculo_de_todos(self, request, form):
        return ir_ao_trabalho(request, trabalhos.pedir_uma_vez(Trabalho.Tipo.RECALCULAR, request.user))

    # The dialog makes it safe: a GET only shows the confirmation, and what reaches the method was posted with
    # a CSRF token.
    @action(
        description="Forçar recálculo",
        url_path="forcar-recalculo",
        icon="refresh",
        permissions=["forcar_recalculo"],
        dialog=CONFIRMACAO,
    )
    def forcar_recalculo_deste(self, request, form, object_id):
        if self.get_object(request, unquote(object_id)) is None:
            raise Http404
        self._recalcular(request, [unquote(object_id)])
        opcoes = self.model._meta
        destino = reverse(f"{self.admin_site.name}:{opcoes.app_label}_{opcoes.model_name}_change", args=[object_id])
        return redirecionar(request, destino)

    def _recalcular(self, request, cods):
        resultado = recalcular(cods)
        if resultado.produtos:
            frase = (
                "1 produto recalculado." if resultado.produtos == 1 else f"{resultado.produtos} produtos recalculados."
            )
            self.message_user(request, frase, messages.SUCCESS)
        if resultado.falhas:
            self.message_user(request, _frase_das_falhas(resultado.falhas), messages.ERROR)


def _frase_das_falhas(falhas: dict[str, str]) -> str:
    mostradas = [f"{cod} ({motivo})" for cod, motivo in sorted(falhas.items())[:FALHAS_MOSTRADAS]]
    mais = len(falhas) - len(mostradas)
    return f"{'Não foi recalculado' if len(falhas) == 1 else 'Não foram recalculados'}: " + "; ".join(
        [*mostradas, *([f"e mais {mais}"] if mais else [])]
    )
