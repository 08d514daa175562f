from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from projecao import banco, consulta, servico, situacao
from projecao.api import serializers
from projecao.api.erros import TIPO_MIME
from projecao.api.formato import Paginacao
from projecao.api.parametros import ParametrosDaDisponibilidade, ParametrosDaLista
from projecao.servico import ServicoProjecaoEstoque

PROBLEMA = OpenApiResponse(serializers.Problema, description="Problema (RFC 9457)")


def problemas(*status: int) -> dict:
    """What an operation may answer besides what it is for."""
    return {(codigo, TIPO_MIME): PROBLEMA for codigo in (401, 406, *status)}


DE_PRODUTO = problemas(404, 503)
A_PARTIR_DE_1 = {"type": "integer", "minimum": 1}
PAGINAS = [
    OpenApiParameter("page", A_PARTIR_DE_1, description="Página; a que não existe é 404."),
    OpenApiParameter("page_size", A_PARTIR_DE_1, description="Produtos por página."),
]


def validar(classe, request):
    """The serializer of the query string, valid; or DRF's 400."""
    parametros = classe(data=request.query_params.dict())
    parametros.is_valid(raise_exception=True)
    return parametros


class ViewDeLista(APIView):
    def paginar(self, request, montar) -> Response:
        # One moment for the count, the page and the products computed on the spot.
        with banco.leitura_consistente():
            return Paginacao().paginar(request, montar(), self)


class ListaDeEstoque(ViewDeLista):
    @extend_schema(
        operation_id="estoque",
        parameters=[ParametrosDaLista, *PAGINAS],
        responses={200: serializers.PaginaDeResumos} | problemas(400, 404),
    )
    def get(self, request):
        """A carteira de produtos, com filtros, ordenação e páginas (`page`, `page_size`)."""
        parametros = validar(ParametrosDaLista, request)
        return self.paginar(request, lambda: consulta.Listagem(parametros.filtro(), parametros.ordem()))


class Rupturas(ViewDeLista):
    @extend_schema(
        operation_id="rupturas", parameters=PAGINAS, responses={200: serializers.PaginaDeResumos} | problemas(400, 404)
    )
    def get(self, request):
        """Produtos CRÍTICO e ATENÇÃO, a ruptura mais próxima primeiro."""
        return self.paginar(request, consulta.rupturas)


class Situacao(APIView):
    @extend_schema(operation_id="cache_status", responses={200: serializers.Situacao} | problemas())
    def get(self, request):
        """Linhas frescas e expiradas, fila, memória, jobs e produtos mais lentos."""
        return Response(situacao.situacao())


class Atual(APIView):
    @extend_schema(operation_id="atual", responses={200: serializers.Atual} | DE_PRODUTO)
    def get(self, request, cod):
        """Estoque em tempo real, como está no razão."""
        return Response(servico.estoque_atual(cod))


class Projecao(APIView):
    @extend_schema(operation_id="projecao", responses={200: serializers.Projecao} | DE_PRODUTO)
    def get(self, request, cod):
        """Os 29 dias de um produto, D0 a D28."""
        return Response(servico.corpo(cod, "projecao"))


class PodeForcarRecalculo(BasePermission):
    message = "Só quem tem a permissão de forçar recálculo pode fazer isto."

    def has_permission(self, request, view):
        return request.user.has_perm("projecao.forcar_recalculo")


class Recalcular(APIView):
    permission_classes = [IsAuthenticated, PodeForcarRecalculo]
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "recalcular"

    @extend_schema(
        operation_id="recalcular",
        request=None,
        responses={200: serializers.Projecao} | problemas(400, 403, 404, 415, 429, 503),
    )
    def post(self, request, cod):
        """Recalcula agora, grava e responde a nova projeção."""
        _ = request.data  # takes no body; one that cannot be read is still refused (400, 415)
        return Response(ServicoProjecaoEstoque.recalcular_projecao(cod))


class Disponibilidade(APIView):
    @extend_schema(
        operation_id="disponibilidade",
        parameters=[ParametrosDaDisponibilidade],
        responses={200: serializers.Disponibilidade} | problemas(400, 404, 503),
    )
    def get(self, request, cod):
        """Quando uma quantidade pode ser prometida, e o que falta no dia pedido."""
        dados = validar(ParametrosDaDisponibilidade, request).validated_data
        return Response(ServicoProjecaoEstoque.disponibilidade(cod, dados["qtd"], dados.get("data")))


class Cardex(APIView):
    @extend_schema(operation_id="cardex", responses={200: serializers.Cardex} | DE_PRODUTO)
    def get(self, request, cod):
        """O cardex dia a dia, com extremos, totais e alertas."""
        return Response(servico.corpo(cod, "cardex"))


class CardexDetalhado(APIView):
    @extend_schema(operation_id="cardex_detalhado", responses={200: serializers.CardexDetalhado} | DE_PRODUTO)
    def get(self, request, cod):
        """O cardex com os documentos que formam cada dia."""
        return Response(servico.detalhar(cod))
