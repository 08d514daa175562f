from django.core.management.base import BaseCommand, CommandError

from projecao import conferencia, recalculo
from projecao.management.progresso import barra


class Command(BaseCommand):
    help = (
        "Confere o estoque atual com o razão e as projeções com suas fontes. Sai com 1 se algo diverge; "
        "com --corrigir, conserta e confere de novo."
    )

    def add_arguments(self, parser):
        parser.add_argument("--corrigir", action="store_true", help="reconstrói o que diverge")

    def handle(self, *, corrigir, **opcoes):
        divergentes = self._conferir()
        if not divergentes:
            self.stdout.write(self.style.SUCCESS("Nada diverge."))
            return
        if not corrigir:
            raise CommandError(f"{len(divergentes)} produtos divergem. Conserte com --corrigir.")
        with barra(len(divergentes), "Corrigindo") as avancar:
            resultado = conferencia.corrigir(divergentes, avancar)
        for cod, motivo in resultado.falhas.items():
            self.stderr.write(f"{cod}: {motivo}")
        if restantes := self._conferir():
            raise CommandError(f"{len(restantes)} produtos ainda divergem depois de corrigidos.")
        self.stdout.write(self.style.SUCCESS(f"{len(divergentes)} produtos corrigidos; nada mais diverge."))

    def _conferir(self) -> set[str]:
        divergentes = set()
        with barra(len(recalculo.todos_os_codigos()), "Conferindo") as avancar:
            for divergencia in conferencia.conferir(avancar):
                divergentes.add(divergencia.cod_produto)
                self.stdout.write(
                    f"{divergencia.cod_produto} {divergencia.campo}: "
                    f"guardado {divergencia.guardado}, correto {divergencia.correto}"
                )
        return divergentes
