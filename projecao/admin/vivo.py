"""The state that pages compare theirs with (`projecao.vivo` says how a page takes part), and lists that tell of it."""

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import JsonResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.generic import View

from projecao import vivo


class Vivo(PermissionRequiredMixin, View):
    """`?produto=A&produto=B`: of these products; `?maquina=1`: of the jobs too; else of the whole portfolio."""

    permission_required = vivo.PERMISSAO

    def get(self, request, **kwargs):
        token = vivo.token(request.GET.getlist("produto"), maquina="maquina" in request.GET)
        return JsonResponse({"token": token, "hora": date_format(timezone.localtime(), "H:i")})


class ListaViva:
    """For lists of numbers: says that there are new ones. Nothing is replaced under ticked boxes."""

    list_before_template = "admin/vivo.html"

    def changelist_view(self, request, extra_context=None):
        if request.user.has_perm(vivo.PERMISSAO):
            extra_context = {**(extra_context or {}), "vivo": vivo.regiao(avisar=True)}
        return super().changelist_view(request, extra_context)
