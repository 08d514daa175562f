from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from carteira.workspace import workspace
from projecao.api import conversores
from projecao.api.serializers import Quantidade
from projecao.api.views import DE_PRODUTO
from projecao.models import EstoqueProjecaoCache


class ItemDoPedido(serializers.Serializer):
    cod_produto = serializers.CharField()
    nome_produto = serializers.CharField(allow_blank=True)
    qtd_pedido = Quantidade()
    qtd_pre_separada = Quantidade()
    qtd_separada = Quantidade()
    qtd_saldo = Quantidade()
    expedicao = serializers.DateField(allow_null=True)
    estoque_hoje = Quantidade(allow_null=True, help_text="Est.Hoje")
    menor_estoque_7d = Quantidade(allow_null=True, help_text="Est.Min.D+7")
    producao_hoje = Quantidade(allow_null=True, help_text="Prod.Hoje")
    data_disponivel = serializers.DateField(allow_null=True, help_text="Disponível")
    data_disponivel_firme = serializers.DateField(allow_null=True)
    estoque_na_expedicao = Quantidade(allow_null=True)
    status_ruptura = serializers.ChoiceField(EstoqueProjecaoCache.Status.choices, allow_null=True)
    preco = serializers.DecimalField(max_digits=15, decimal_places=4, coerce_to_string=False, allow_null=True)
    peso = Quantidade(allow_null=True)
    pallet = Quantidade(allow_null=True)


class WorkspaceDoPedido(serializers.Serializer):
    num_pedido = serializers.CharField()
    cliente = serializers.CharField(allow_blank=True)
    cnpj_cpf = serializers.CharField(allow_blank=True)
    cidade = serializers.CharField(allow_blank=True)
    uf = serializers.CharField(allow_blank=True)
    valor_total = Quantidade()
    peso_total = Quantidade()
    pallet_total = Quantidade()
    data_completa = serializers.DateField(allow_null=True)
    itens = ItemDoPedido(many=True)


class Workspace(APIView):
    @extend_schema(operation_id="workspace", responses={200: WorkspaceDoPedido} | DE_PRODUTO)
    def get(self, request, num):
        """Os itens de um pedido com Est.Hoje, Est.Min.D+7, Prod.Hoje e Disponível."""
        return Response(workspace(num))


conversores.registrar()

urlpatterns = [path("pedido/<codigo:num>/workspace", Workspace.as_view(), name="workspace")]
