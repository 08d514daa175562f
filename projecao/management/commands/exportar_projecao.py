from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from projecao import exportacao
from projecao.management.progresso import barra


class Command(BaseCommand):
    help = "Grava a planilha dos planejadores (.xlsx ou .csv): um produto por linha, 29 dias."

    def add_arguments(self, parser):
        parser.add_argument("arquivo", metavar="ARQUIVO.xlsx|.csv", type=Path)

    def handle(self, *, arquivo, **opcoes):
        if arquivo.suffix.lower() not in exportacao.FORMATOS:
            raise CommandError(f"Formato desconhecido: {arquivo.name}. Use .xlsx ou .csv.")
        try:
            with barra(None, "Exportando") as avancar:
                produtos = exportacao.exportar(arquivo, avancar)
        except OSError as erro:
            raise CommandError(
                f"Não foi possível gravar {arquivo}: confira a pasta e a permissão ({erro.strerror})."
            ) from erro
        self.stdout.write(f"{produtos} produtos em {arquivo}.")
