from collections import Counter

from django.core.management.base import BaseCommand, CommandError

from estoque_site import demo
from projecao import recalculo
from projecao.management.progresso import barra
from projecao.models import EstoqueProjecaoCache


class Command(BaseCommand):
    help = "Cria uma carteira inventada em um banco vazio, e a projeta."

    def add_arguments(self, parser):
        parser.add_argument(
            "--produtos", type=int, default=300, metavar="N", help="quantos produtos inventar (padrão: 300)"
        )
        parser.add_argument(
            "--semente", type=int, default=1, metavar="S", help="a mesma semente dá a mesma demonstração"
        )

    def handle(self, *args, produtos, semente, **options):
        if not 1 <= produtos <= demo.CAPACIDADE:
            raise CommandError(f"--produtos deve ficar entre 1 e {demo.CAPACIDADE}.")
        try:
            cods = demo.carregar(produtos, semente, self.contar)
        except demo.BancoComDados as erro:
            raise CommandError(f"O banco já tem dados ({erro}): a demonstração só entra em um banco vazio.") from None
        self.projetar(cods)

    def contar(self, modelo, linhas):
        self.stdout.write(f"{linhas:>8}  {modelo._meta.verbose_name_plural}")

    def projetar(self, cods):
        """Outside the load's transaction: a portfolio takes chunks, and what is left undone stays marked."""
        with barra(len(cods), "projeção") as avancar:
            resultado = recalculo.recalcular(cods, avancar)
        for cod, motivo in resultado.falhas.items():
            self.stderr.write(f"{cod}: {motivo}")
        linhas = EstoqueProjecaoCache.objects.publicas()
        situacao = Counter(linhas.values_list("status_ruptura", flat=True))
        total = sum(situacao.values()) or 1
        partes = [f"{situacao[s]} {s} ({situacao[s] / total:.0%})" for s in EstoqueProjecaoCache.Status.values]
        self.stdout.write(f"{sum(situacao.values()):>8}  produtos projetados: {', '.join(partes)}")
