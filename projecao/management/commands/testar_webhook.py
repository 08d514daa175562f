from django.core.management.base import BaseCommand, CommandError

from projecao.alertas.webhooks import teste
from projecao.models import DestinoWebhook


class Command(BaseCommand):
    help = "Envia agora uma mensagem de teste, assinada, a um destino de webhooks. Sai com 1 se ela não chega."

    def add_arguments(self, parser):
        parser.add_argument("destino", help="número ou nome do destino")

    def handle(self, *, destino, **opcoes):
        encontrado = _encontrar(destino)
        if not encontrado.ativo:
            self.stderr.write(f"{encontrado} está desativado: só o teste vai até lá.")
        resposta = teste.enviar(encontrado)
        if not resposta.chegou:
            raise CommandError(f"{encontrado}: {teste.descrever(resposta)}")
        self.stdout.write(self.style.SUCCESS(f"{encontrado}: {teste.descrever(resposta)}"))


def _encontrar(destino: str) -> DestinoWebhook:
    """By name before number: somebody may have called one "3"."""
    achados = list(DestinoWebhook.objects.filter(nome=destino))
    if not achados and destino.isdecimal():
        achados = list(DestinoWebhook.objects.filter(pk=int(destino)))
    if not achados:
        nomes = ", ".join(f"{existente.pk} ({existente})" for existente in DestinoWebhook.objects.all())
        raise CommandError(f"Não há o destino {destino}. Existem: {nomes or 'nenhum'}.")
    if len(achados) > 1:
        numeros = ", ".join(str(achado.pk) for achado in achados)
        raise CommandError(f"Vários destinos se chamam {destino}. Diga o número: {numeros}.")
    return achados[0]
