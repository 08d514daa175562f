"""What a scrape says, as a test compares it."""

from prometheus_client.parser import text_string_to_metric_families


def medidas(texto: str) -> dict[str, float]:
    """`name{label="value",…}`, labels in their order, → value."""
    return {
        _nome(amostra): amostra.value
        for familia in text_string_to_metric_families(texto)
        for amostra in familia.samples
    }


def _nome(amostra) -> str:
    rotulos = ",".join(f'{nome}="{valor}"' for nome, valor in sorted(amostra.labels.items()))
    return f"{amostra.name}{{{rotulos}}}" if rotulos else amostra.name
