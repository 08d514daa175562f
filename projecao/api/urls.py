from django.urls import path

from projecao.api import acuracia, conversores, ocorrencias, views
from projecao.api.token import Token

conversores.registrar()

urlpatterns = [
    path("token", Token.as_view(), name="token"),
    path("estoque", views.ListaDeEstoque.as_view(), name="estoque"),
    path("estoque/cache/status", views.Situacao.as_view(), name="cache-status"),
    path("estoque/rupturas", views.Rupturas.as_view(), name="rupturas"),
    path("estoque/<codigo:cod>/atual", views.Atual.as_view(), name="atual"),
    path("estoque/<codigo:cod>/projecao", views.Projecao.as_view(), name="projecao"),
    path("estoque/<codigo:cod>/recalcular", views.Recalcular.as_view(), name="recalcular"),
    path("estoque/<codigo:cod>/disponibilidade", views.Disponibilidade.as_view(), name="disponibilidade"),
    path("acuracia", acuracia.Acuracia.as_view(), name="acuracia"),
    path("produto/<codigo:cod>/acuracia", acuracia.DoProduto.as_view(), name="acuracia-do-produto"),
    path("produto/<codigo:cod>/cardex", views.Cardex.as_view(), name="cardex"),
    path("produto/<codigo:cod>/cardex-detalhado", views.CardexDetalhado.as_view(), name="cardex-detalhado"),
    path("ocorrencias", ocorrencias.Ocorrencias.as_view(), name="ocorrencias"),
    path("ocorrencias/<int:pk>", ocorrencias.UmaOcorrencia.as_view(), name="ocorrencia"),
    path("ocorrencias/<int:pk>/<str:acao>", ocorrencias.Tratar.as_view(), name="tratar-ocorrencia"),
    path("eventos", ocorrencias.Eventos.as_view(), name="eventos"),
]
