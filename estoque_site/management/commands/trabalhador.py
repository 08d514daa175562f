import tempfile
from pathlib import Path

from django.core.management.base import BaseCommand

from estoque_site.trabalhador import trabalhar


class Command(BaseCommand):
    help = "Executa o trabalho de fundo (qcluster) e o reinicia sempre que ele morre ou deixa de responder."

    def handle(self, *args, **options):
        with tempfile.TemporaryDirectory(prefix="estoque-trabalhador-") as pasta:
            trabalhar(Path(pasta))
