from django.core.management.base import BaseCommand

from projecao import compactacao


class Command(BaseCommand):
    help = "Remove projeções de produtos que nada mais menciona e o registro de execuções antigas."

    def handle(self, **opcoes):
        feito = compactacao.compactar()
        self.stdout.write(
            f"{feito.projecoes} projeções, {feito.execucoes} execuções, {feito.importacoes} importações "
            f"e {feito.trabalhos} trabalhos removidos."
        )
