"""One round of alerts: what a bell and the sweep every 30 s do."""

from projecao.alertas import avisos, distribuicao, ocorrencias
from projecao.alertas.webhooks import entregas


def tratar() -> int:
    """Distribute what is due, then send; how many events were distributed."""
    ocorrencias.acordar()
    distribuidos = distribuicao.distribuir()
    avisos.enviar()
    entregas.entregar()
    return distribuidos
