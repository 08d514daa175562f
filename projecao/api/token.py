from django.contrib.auth import authenticate
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from knox.auth import TokenAuthentication
from knox.models import get_token_model
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from projecao.api import serializers
from projecao.api.parametros import Credenciais
from projecao.api.views import problemas


class Token(APIView):
    """A token of a user: made with the password, told once, stored hashed, and taken back by its holder."""

    authentication_classes = [TokenAuthentication]
    throttle_scope = "login"

    def get_permissions(self):
        return [AllowAny() if self.request.method == "POST" else IsAuthenticated()]

    def get_throttles(self):
        return [ScopedRateThrottle()] if self.request.method == "POST" else []

    @extend_schema(
        operation_id="criar_token",
        request=Credenciais,
        responses={200: serializers.Token} | problemas(400, 415, 429),
        auth=[],
    )
    def post(self, request):
        """Troca usuário e senha por um token para o cabeçalho `Authorization: Token …`."""
        credenciais = Credenciais(data=request.data)
        credenciais.is_valid(raise_exception=True)
        # Django's own request, not DRF's: on it whoever counts wrong passwords finds its notes again (settings.py).
        usuario = authenticate(request._request, **credenciais.validated_data)
        if usuario is None:
            raise AuthenticationFailed("Usuário ou senha incorretos.")
        instancia, token = get_token_model().objects.create(user=usuario)
        return Response({"token": token, "expira_em": timezone.localtime(instancia.expiry)})

    @extend_schema(operation_id="revogar_token", responses={204: None} | problemas())
    def delete(self, request):
        """Revoga o token usado neste pedido."""
        if request.auth is not None:
            request.auth.delete()
        return Response(status=204)
