from django.urls import include, path
from rest_framework.response import Response
from rest_framework.views import APIView


class Trivial(APIView):
    """What a read costs that reads nothing: Django, DRF, the token."""

    def get(self, request):
        return Response({"ok": True})


urlpatterns = [path("trivial", Trivial.as_view()), path("", include("estoque_site.urls"))]
