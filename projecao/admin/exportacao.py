"""The planners' own sheet, out of the browser: what `manage.py exportar_projecao` writes."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import FileResponse, Http404
from django.utils import timezone
from django.views.generic import View

from projecao import exportacao
from projecao.admin.pagina import Pagina

VER = "projecao.view_estoqueprojecaocache"


class Exportar(Pagina):
    title = "Exportar a planilha dos planejadores"
    caminho = "exportar"
    nome = "projecao_exportar"
    permission_required = VER
    template_name = "admin/projecao/exportacao.html"


class Baixar(PermissionRequiredMixin, View):
    permission_required = VER

    @classmethod
    def rota(cls) -> tuple:
        return ("exportar/projecao.<str:formato>", "projecao_exportar_arquivo", cls.as_view())

    def get(self, request, formato, **kwargs):
        if f".{formato}" not in exportacao.FORMATOS:
            raise Http404
        nome = f"projecao-{timezone.localtime():%Y-%m-%d-%H%M}.{formato}"
        # Whole before anything is sent, on disk; once open, it needs its folder no more.
        with TemporaryDirectory() as pasta:
            arquivo = Path(pasta) / nome
            exportacao.exportar(arquivo)
            return FileResponse(arquivo.open("rb"), as_attachment=True, filename=nome)
