"""The worklist and the events, for programs. To look needs the permission that the screens need."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from projecao import banco, unificacao
from projecao.alertas import lista, ocorrencias
from projecao.api import serializers
from projecao.api.formato import Paginacao
from projecao.api.parametros import AcaoNaOcorrencia, ParametrosDasOcorrencias, ParametrosDosEventos
from projecao.api.views import PAGINAS, ViewDeLista, problemas, validar
from projecao.models import EventoDeRuptura, Ocorrencia
from projecao.unidades import quantidade

DE_OCORRENCIA = problemas(403, 404)


def exigir(permissao: str) -> list[type[BasePermission]]:
    class Exigida(BasePermission):
        message = "Você não tem permissão para isto."

        def has_permission(self, request, view):
            return request.user.has_perm(permissao)

    return [IsAuthenticated, Exigida]


class Ocorrencias(ViewDeLista):
    permission_classes = exigir("projecao.view_ocorrencia")

    @extend_schema(
        operation_id="ocorrencias",
        parameters=[ParametrosDasOcorrencias, *PAGINAS],
        responses={200: serializers.PaginaDeOcorrencias} | problemas(400, 403, 404),
    )
    def get(self, request):
        """Ocorrências de ruptura, a mais próxima primeiro, com filtros e páginas (`page`, `page_size`)."""
        filtro = validar(ParametrosDasOcorrencias, request).filtro()
        return self.paginar(request, lambda: Itens(filtro, request.user))


class Itens(lista.Lista):
    def __getitem__(self, fatia: slice) -> list[dict]:
        return [mostrar(item) for item in super().__getitem__(fatia)]


class UmaOcorrencia(APIView):
    permission_classes = exigir("projecao.view_ocorrencia")

    @extend_schema(operation_id="ocorrencia", responses={200: serializers.UmaOcorrencia} | DE_OCORRENCIA)
    def get(self, request, pk):
        """Uma ocorrência, com tudo o que se fez dela."""
        return Response(_com_registros(pk))


class Tratar(APIView):
    permission_classes = exigir("projecao.tratar_ocorrencia")

    @extend_schema(
        operation_id="tratar_ocorrencia",
        request=AcaoNaOcorrencia,
        responses={200: serializers.UmaOcorrencia} | problemas(400, 403, 404, 409, 415),
    )
    def post(self, request, pk, acao):
        """`acao`: assumir, liberar, comentar, adiar, retomar, fechar ou reabrir. 409: não cabe no que ela é agora."""
        if acao not in ocorrencias.VERBOS:
            raise Http404
        pedido = AcaoNaOcorrencia(data=request.data)
        pedido.is_valid(raise_exception=True)
        dados = pedido.validated_data
        try:
            ocorrencias.tratar(pk, ocorrencias.VERBOS[acao], request.user, dados.get("texto", ""), dados.get("ate"))
        except Ocorrencia.DoesNotExist:
            raise Http404 from None
        return Response(_com_registros(pk))


class Eventos(APIView):
    permission_classes = exigir("projecao.view_eventoderuptura")

    @extend_schema(
        operation_id="eventos",
        parameters=[ParametrosDosEventos, *PAGINAS],
        responses={200: serializers.PaginaDeEventos} | problemas(400, 403, 404),
    )
    def get(self, request):
        """Eventos de ruptura, o mais novo primeiro, em páginas (`page`, `page_size`)."""
        dados = validar(ParametrosDosEventos, request).validated_data
        eventos = EventoDeRuptura.objects.order_by("-id")
        if tipos := dados.get("tipo"):
            eventos = eventos.filter(tipo__in=tipos)
        if cod := dados.get("cod_produto"):
            eventos = eventos.filter(cod_produto=unificacao.resolver([cod]).canonico[cod])
        paginacao = Paginacao()
        campos = serializers.Evento().fields
        pagina = paginacao.paginate_queryset(eventos.values(*campos), request, self)
        return paginacao.get_paginated_response(pagina)


def mostrar(item: lista.Item) -> dict:
    ocorrencia, retrato = item.ocorrencia, item.retrato
    return {
        "id": ocorrencia.pk,
        "cod_produto": ocorrencia.cod_produto,
        "nome_produto": retrato.nome_produto if retrato else ocorrencia.nome_produto,
        "estado": ocorrencia.estado,
        "responsavel": ocorrencia.responsavel.username if ocorrencia.responsavel else None,
        "adiada_ate": ocorrencia.adiada_ate,
        "aberta_em": ocorrencia.aberta_em,
        "fechada_em": ocorrencia.fechada_em,
        "vezes": ocorrencia.vezes,
        "status_ruptura": retrato.figuras.status_ruptura if retrato else None,
        "dia_ruptura": retrato.figuras.dia_ruptura if retrato else None,
        "estoque_atual": quantidade(retrato.projecao.estoque_atual) if retrato else None,
        "falta": item.falta,
    }


def _com_registros(pk: int) -> dict:
    with banco.leitura_consistente():
        ocorrencia = Ocorrencia.objects.select_related("responsavel").filter(pk=pk).first()
        if ocorrencia is None:
            raise Http404
        [item] = lista.com_figuras([ocorrencia])
        registros = ocorrencia.registros.select_related("usuario").order_by("id")
        return mostrar(item) | {
            "registros": [
                {
                    "em": registro.em,
                    "usuario": registro.usuario.username if registro.usuario else None,
                    "acao": registro.acao,
                    "texto": registro.texto,
                }
                for registro in registros
            ]
        }
