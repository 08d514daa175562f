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
    vivo: bool = False
    """The page follows its numbers, which are of the whole portfolio: `projecao.vivo` says what its template adds."""

    @classmethod
    def rota(cls, model_admin) -> tuple:
        return (cls.caminho, cls.nome, cls.as_view(model_admin=model_admin))

    @classmethod
    def permite(cls, request) -> bool:
        return request.user.has_perm(cls.permission_required)

    def dispatch(self, request, *args, **kwargs):
        kwargs.pop("model_admin", None)  # unfold repeats it in the address's own arguments
        self.kwargs = kwargs
        if self.vivo:
            # Before any number is read.
            self.extra_context = {**(self.extra_context or {}), "vivo": vivo.regiao()}
        return super().dispatch(request, *args, **kwargs)
