from django.core.management.base import BaseCommand

from projecao import execucoes, fila, recalculo
from projecao.management.progresso import barra
from projecao.management.relatorio import relatar


class Command(BaseCommand):
    help = "Esvazia a fila de produtos marcados (o que o worker faz a cada commit e a cada 30 s)."

    def handle(self, **opcoes):
        with (
            execucoes.registrar("processar_recalculos_pendentes") as concluir,
            barra(fila.profundidade().produtos, "Processando a fila") as avancar,
        ):
            concluir(resultado := recalculo.drenar(avancar))
        relatar(self, resultado)
