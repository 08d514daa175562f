"""The page that says whether the machine is healthy, and the buttons that put it to work."""

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.shortcuts import get_object_or_404
from django.views.generic import View

from projecao import trabalhos, vivo
from projecao.admin import saude
from projecao.admin.pagina import Pagina
from projecao.admin.recalculo import PERMISSAO
from projecao.admin.trabalho import ir_ao_trabalho
from projecao.models import Trabalho


class Saude(Pagina):
    title = "Saúde do sistema"
    caminho = "saude"
    nome = "projecao_saude"
    permission_required = "projecao.view_recalculopendente"
    template_name = "admin/projecao/saude.html"

    def acompanhar(self):
        return vivo.regiao(maquina=True)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs, saude=saude.mostrar(self.request.user))


class Pedir(PermissionRequiredMixin, View):
    """Asks for work, unless the very same waits or runs already, and leads to it."""

    http_method_names = ["post"]
    permission_required = PERMISSAO
    tipo: str = ""

    def post(self, request, **kwargs):
        return ir_ao_trabalho(request, trabalhos.pedir_uma_vez(self.tipo, request.user))


class Corrigir(Pedir):
    """What a check found, as a new work: whatever is true by then is what is stored."""

    def post(self, request, pk, **kwargs):
        achados = Trabalho.objects.filter(tipo=Trabalho.Tipo.CONFERIR_ESTOQUE, estado=Trabalho.Estado.CONCLUIDO)
        conferencia = get_object_or_404(achados, pk=pk, resultado__total__gt=0)
        correcao = trabalhos.pedir_uma_vez(
            Trabalho.Tipo.CORRIGIR_ESTOQUE,
            request.user,
            produtos=conferencia.resultado["produtos"],
            conferencia=conferencia.pk,
        )
        return ir_ao_trabalho(request, correcao)


def rotas(model_admin) -> list[tuple]:
    return [
        Saude.rota(model_admin),
        ("saude/conferir", "projecao_conferir", Pedir.as_view(tipo=Trabalho.Tipo.CONFERIR_ESTOQUE)),
        ("saude/conferencia/<int:pk>/corrigir", "projecao_corrigir", Corrigir.as_view()),
        ("saude/recalcular-tudo", "projecao_recalcular_tudo", Pedir.as_view(tipo=Trabalho.Tipo.RECALCULAR)),
    ]
