"""Every error of the API is a problem details document (RFC 9457): type, title, status, detail."""

from http import HTTPStatus

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from projecao.api.formato import RenderizadorJSON
from projecao.excecoes import (
    AcaoImpossivel,
    DataForaDoHorizonte,
    ErroDeProjecao,
    PedidoDesconhecido,
    ProdutoDesconhecido,
    ProjecaoIndisponivel,
)
from projecao.representacao import renderizar

TIPO_MIME = "application/problem+json"

STATUS = {
    ProdutoDesconhecido: 404,
    PedidoDesconhecido: 404,
    DataForaDoHorizonte: 400,
    ProjecaoIndisponivel: 503,
    AcaoImpossivel: 409,
}
TITULOS = {
    400: "Pedido inválido",
    401: "Não autenticado",
    403: "Sem permissão",
    404: "Não encontrado",
    405: "Método não permitido",
    406: "Formato não disponível",
    409: "Conflito",
    415: "Tipo de conteúdo não aceito",
    429: "Pedidos demais",
    500: "Erro interno",
    503: "Indisponível",
}


def problema(status: int, detalhe: str, erros: dict | list | None = None) -> dict:
    corpo = {
        "type": "about:blank",
        "title": TITULOS.get(status, HTTPStatus(status).phrase),
        "status": status,
        "detail": detalhe,
    }
    return corpo | {"errors": erros} if erros else corpo


def tratar(erro: Exception, contexto: dict) -> Response | None:
    """DRF's exception handler. None lets Django answer, which is what `resposta_de_erro` then does."""
    # An error is JSON also where the answer would have been YAML or a page.
    pedido, renderizador = contexto["request"], RenderizadorJSON()
    pedido.accepted_renderer, pedido.accepted_media_type = renderizador, renderizador.media_type
    if isinstance(erro, ErroDeProjecao):
        set_rollback()
        status = STATUS[type(erro)]
        return Response(problema(status, str(erro)), status, content_type=TIPO_MIME)
    resposta = exception_handler(erro, contexto)
    if resposta is not None:
        resposta.data = problema(resposta.status_code, *_detalhar(erro))
        resposta.content_type = TIPO_MIME
    return resposta


def _detalhar(erro: Exception) -> tuple[str, dict | list | None]:
    if isinstance(erro, exceptions.ValidationError):
        campos = erro.detail if isinstance(erro.detail, dict) else {"": erro.detail}
        textos = [f"{campo}: {m}" if campo else str(m) for campo, ms in campos.items() for m in _em_lista(ms)]
        return " ".join(textos), erro.detail if isinstance(erro.detail, dict) else None
    if isinstance(erro, Http404):
        return "Não há nada neste endereço.", None
    if isinstance(erro, PermissionDenied):
        return "Você não tem permissão para isto.", None
    return str(erro.detail), None


def _em_lista(mensagens) -> list:
    return mensagens if isinstance(mensagens, list) else [mensagens]


def resposta_de_erro(status: int, detalhe: str) -> HttpResponse:
    """For errors that happen before or outside a view of the API (unknown address, crash)."""
    return HttpResponse(renderizar(problema(status, detalhe)), status=status, content_type=TIPO_MIME)
