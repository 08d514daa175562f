"""Pages of the admin that are not the list or the form of one model.

Each belongs to a `ModelAdmin`, which gives it its address and its place in the frame: `get_custom_urls` returns
`[Portfolio.rota(self), …]`, and the sidebar (`estoque_site.menu`) lists it.
"""

from django.views.generic import TemplateView
from unfold.views import UnfoldModelAdminViewMixin

from projecao import vivo


class Pagina(UnfoldModelAdminViewMixin, TemplateView):
    """A subclass sets these. Without the permission: 403, and the sidebar does not show it."""

    title: str
    caminho: str
    """Below the address of the model's list."""
    nome: str
    """Of its address, within "admin:"."""
    permission_required: str
    template_name: str

    @classmethod
    def rota(cls, model_admin) -> tuple:
        return (cls.caminho, cls.nome, cls.as_view(model_admin=model_admin))

    @classmethod
    def permite(cls, request) -> bool:
        return request.user.has_perm(cls.permission_required)

    def dispatch(self, request, *args, **kwargs):
        kwargs.pop("model_admin", None)  # unfold repeats it in the address's own arguments
        self.kwargs = kwargs
        if request.user.has_perm(vivo.PERMISSAO) and (regiao := self.acompanhar()):
            self.extra_context = {"vivo": regiao}
        return super().dispatch(request, *args, **kwargs)

    def acompanhar(self) -> dict | None:
        """The `vivo.regiao` that the page follows, asked for before any number is read. None: of none, or one that
        the page adds to its context itself."""
        return None
