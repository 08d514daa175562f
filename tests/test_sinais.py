"""docs/sinais.md is the table of who watches what; this holds it against the code."""

import re
from pathlib import Path

from django.conf import settings

from projecao.models.vigiado import Vigiado
from projecao.vigia import vigiados

LINHA = re.compile(r"^\| `(?P<modelo>\w+\.\w+)` \| (?P<campos>[^|]+) \| `(?P<reacao>[\w.]+)` \|", re.MULTILINE)


def test_a_documentacao_lista_todos_os_sinais():
    texto = (Path(settings.BASE_DIR) / "docs" / "sinais.md").read_text(encoding="utf-8")
    documentados = {
        m["modelo"]: (tuple(re.findall(r"`(\w+)`", m["campos"])), m["reacao"]) for m in LINHA.finditer(texto)
    }
    ligados = {
        vigia.modelo._meta.label: (
            vigia.campos,
            f"{vigia.reagir.__module__}.{vigia.reagir.__qualname__.split('.')[0]}",
        )
        for vigia in vigiados()
    }
    assert documentados == ligados


def test_todo_modelo_vigiado_tem_reacao():
    assert {vigia.modelo for vigia in vigiados()} == set(Vigiado.__subclasses__())
