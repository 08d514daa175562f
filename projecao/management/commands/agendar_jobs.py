from django.core.management.base import BaseCommand

from projecao import tasks


class Command(BaseCommand):
    help = "Registra os agendamentos dos jobs, um de cada (o migrate já o faz)."

    def handle(self, **opcoes):
        mudaram = tasks.agendar()
        for nome, agendamento in tasks.AGENDA.items():
            self.stdout.write(f"{nome}: {agendamento.cron}{' (registrado agora)' if nome in mudaram else ''}")
