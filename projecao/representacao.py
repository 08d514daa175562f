"""The shapes of SPEC.md section 6: what the domain knows, as dicts, and those as JSON and back.

In the dicts a quantity is a `Decimal` and a day a `date`; in JSON they are numbers and ISO 8601.
"""

import json
from datetime import date, datetime
from decimal import Decimal

import orjson
from django.utils import timezone

from projecao import motor
from projecao.unidades import quantidade


def data_do_dia(projecao: motor.Projecao, dia: int | None) -> date | None:
    return None if dia is None else projecao.data(dia)


def projecao(retrato) -> dict:
    """`retrato` is a `servico.Retrato`."""
    do_motor, figuras = retrato.projecao, retrato.figuras
    return {
        "cod_produto": retrato.cod_produto,
        "codigos": list(retrato.codigos),
        "nome_produto": retrato.nome_produto,
        "estoque_atual": quantidade(do_motor.estoque_atual),
        "menor_estoque_7d": quantidade(figuras.menor_estoque_7d),
        "menor_estoque_28d": quantidade(figuras.menor_estoque_28d),
        "dia_ruptura": figuras.dia_ruptura,
        "status_ruptura": figuras.status_ruptura,
        "producao_hoje": quantidade(do_motor.producao_hoje),
        "saidas_atrasadas": quantidade(do_motor.saidas_atrasadas),
        "saidas_sem_data": quantidade(do_motor.saidas_sem_data),
        "data_base": do_motor.hoje,
        "data_calculo": timezone.localtime(retrato.data_calculo),
        "versao": retrato.versao,
        "tempo_calculo_ms": round(retrato.tempo_calculo_ms, 3),
        "projecao": dias(do_motor),
    }


def dias(do_motor: motor.Projecao) -> list[dict]:
    """The 29 days: estoque_inicial - saidas = saldo, saldo + producao = estoque_final."""
    linhas, inicial = [], do_motor.estoque_atual
    movimentos = zip(do_motor.saidas, do_motor.producao, do_motor.estoque_final, strict=True)
    for dia, (saidas, producao, final) in enumerate(movimentos):
        linhas.append(
            {
                "dia": dia,
                "data": do_motor.data(dia),
                "estoque_inicial": quantidade(inicial),
                "saidas": quantidade(saidas),
                "saldo": quantidade(inicial - saidas),
                "producao": quantidade(producao),
                "estoque_final": quantidade(final),
            }
        )
        inicial = final
    return linhas


def renderizar(dados) -> bytes:
    """JSON bytes. Decimals are written digit by digit: no float ever holds a quantity."""
    return orjson.dumps(dados, default=_exato)


def _exato(valor):
    if isinstance(valor, Decimal):
        texto = f"{valor:f}"
        return orjson.Fragment(texto.rstrip("0").rstrip(".") if "." in texto else texto)
    return str(valor)  # lazy translations


def interpretar(corpo: bytes) -> dict:
    """A rendered projection as the dict it was rendered from."""
    dados = json.loads(corpo, parse_float=Decimal, parse_int=Decimal)
    for campo in ("dia_ruptura", "data_base"):
        dados[campo] = date.fromisoformat(dados[campo]) if dados[campo] else None
    dados["data_calculo"] = datetime.fromisoformat(dados["data_calculo"])
    dados["versao"] = int(dados["versao"])
    dados["tempo_calculo_ms"] = float(dados["tempo_calculo_ms"])
    for dia in dados["projecao"]:
        dia["dia"], dia["data"] = int(dia["dia"]), date.fromisoformat(dia["data"])
    return dados
