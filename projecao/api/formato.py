from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response

from projecao.conf import ajustes
from projecao.representacao import renderizar


class RenderizadorJSON(BaseRenderer):
    """JSON with exact quantities. Bytes are an answer that was rendered before, and go out as they are."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(self, data, accepted_media_type=None, renderer_context=None):
        if data is None:
            return b""
        return data if isinstance(data, bytes) else renderizar(data)


class Paginacao(PageNumberPagination):
    page_size_query_param = "page_size"

    @property
    def max_page_size(self):
        return ajustes.PAGINA_MAXIMA

    last_page_strings = ()  # "last" is no number: the document knows numbers only

    def get_page_number(self, request, paginator):
        if request.query_params.get(self.page_query_param) == "":
            raise NotFound("Página inválida.")
        return super().get_page_number(request, paginator)

    def get_page_size(self, request):
        tamanho = request.query_params.get(self.page_size_query_param)
        if tamanho is not None and not (tamanho.isascii() and tamanho.isdecimal() and tamanho.strip("0")):
            # DRF would take the default, as if nothing had been asked.
            raise ValidationError({self.page_size_query_param: "Deve ser um número inteiro maior que zero."})
        return super().get_page_size(request) or ajustes.PAGINA

    def paginar(self, request, listagem, view) -> Response:
        """`listagem` is a `consulta.Listagem`; `pendentes` tells how many products were still in the queue."""
        pagina = self.paginate_queryset(listagem, request, view)
        resposta = self.get_paginated_response(pagina)
        resposta.data = {**resposta.data, "pendentes": listagem.pendentes}
        return resposta
