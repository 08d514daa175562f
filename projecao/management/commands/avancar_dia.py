from django.core.management.base import BaseCommand

from projecao import execucoes, recalculo
from projecao.management.progresso import barra
from projecao.management.relatorio import relatar


class Command(BaseCommand):
    help = "Traz para hoje o D0 das projeções que são de outro dia."

    def handle(self, **opcoes):
        with (
            execucoes.registrar("job_avancar_dia") as concluir,
            barra(recalculo.de_outro_dia().count(), "Avançando o dia") as avancar,
        ):
            concluir(resultado := recalculo.avancar_dia(avancar))
        relatar(self, resultado)
