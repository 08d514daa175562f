from django.core.management.base import BaseCommand, CommandError

from projecao.recalculo import Resultado


def relatar(comando: BaseCommand, resultado: Resultado) -> None:
    """Says what a recalculation did; exits with 1 if products failed, each with its reason."""
    comando.stdout.write(f"{resultado.produtos} produtos recalculados, {resultado.gravados} mudaram.")
    for cod, motivo in resultado.falhas.items():
        comando.stderr.write(f"{cod}: {motivo}")
    if resultado.falhas:
        raise CommandError(f"{len(resultado.falhas)} produtos falharam e continuam na fila.")
