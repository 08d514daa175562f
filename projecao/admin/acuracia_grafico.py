"""The charts of accuracy, as `grafico` draws: coordinates leave here as the text they are written with."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format

from projecao.acuracia import Acuracia, Dia
from projecao.admin.base import numero
from projecao.admin.grafico import DIREITA, ESQUERDA, MOLDURA, Escala

PONTOS_POR_DATA = 7
BARRA = 0.3
"""Of the width of a horizon: there are two."""


def horizonte_por_extenso(dias: int) -> str:
    return f"{dias} dia antes" if dias == 1 else f"{dias} dias antes"


def horizontes(medidas: dict[int, Acuracia]) -> dict:
    """A pair of bars a horizon: the bias, up or down from zero, and the mean error."""
    valores = {
        h: (medida.vies or Decimal(0), medida.erro_absoluto_medio or Decimal(0)) for h, medida in medidas.items()
    }
    escala = Escala.para(valor for par in valores.values() for valor in par)
    largura = (DIREITA - ESQUERDA) / len(valores)
    return {
        **MOLDURA,
        "marcas": _marcas(escala),
        "grupos": [
            {
                "x": _px(ESQUERDA + largura * (n + 0.5)),
                "texto": horizonte_por_extenso(h),
                "vies": _barra(escala, vies, ESQUERDA + largura * (n + 0.5 - BARRA), largura * BARRA, "viés"),
                "erro": _barra(escala, erro, ESQUERDA + largura * (n + 0.5), largura * BARRA, "erro médio"),
            }
            for n, (h, (vies, erro)) in enumerate(valores.items())
        ],
    }


def _barra(escala: Escala, valor: Decimal, x: float, largura: float, nome: str) -> dict:
    zero, ponta = escala.y(Decimal(0)), escala.y(valor)
    acima = valor >= 0
    return {
        "x": _px(x + 2),
        "largura": _px(largura - 4),
        "y": _px(min(zero, ponta)),
        "altura": _px(abs(zero - ponta)),
        "meio": _px(x + largura / 2),
        "texto_y": _px(ponta - 6 if acima else ponta + 15),
        "texto": numero(valor),
        "dica": f"{nome}: {numero(valor)}",
    }


def do_produto(dias: Iterable[Dia], horizonte: int) -> dict | None:
    """Two lines over the days: what had been projected for each, and what it had. None: there is nothing to draw."""
    dias = [dia for dia in dias if dia.realizado is not None]
    projetados = [dia.projetado[horizonte] for dia in dias]
    if not any(projetado is not None for projetado in projetados):
        return None
    escala = Escala.para([*(dia.realizado for dia in dias), *(p for p in projetados if p is not None)])
    inicio, total = dias[0].data, (dias[-1].data - dias[0].data).days + 1
    passo = (DIREITA - ESQUERDA) / total

    def x(dia: Dia) -> float:
        return ESQUERDA + passo * ((dia.data - inicio).days + 0.5)

    return {
        **MOLDURA,
        "marcas": _marcas(escala),
        "datas": [{"x": _px(x(dia)), "texto": date_format(dia.data, "d/m")} for dia in dias[::PONTOS_POR_DATA]],
        "realizado": [
            " ".join(f"{_px(x(dia))},{_px(escala.y(dia.realizado))}" for dia in trecho) for trecho in _trechos(dias)
        ],
        "projetado": [
            " ".join(f"{_px(x(dia))},{_px(escala.y(dia.projetado[horizonte]))}" for dia in trecho)
            for trecho in _trechos([dia for dia in dias if dia.projetado[horizonte] is not None])
        ],
        "pontos": [
            {
                "x": _px(x(dia)),
                "y": _px(escala.y(dia.projetado[horizonte])),
                "alvo_x": _px(x(dia) - passo / 2),
                "alvo_largura": _px(passo),
                "dica": _dica(dia, horizonte),
            }
            for dia in dias
            if dia.projetado[horizonte] is not None
        ],
    }


def _trechos(dias: list[Dia]) -> list[list[Dia]]:
    """A line stops where a day is missing, and goes on after it."""
    trechos: list[list[Dia]] = []
    anterior: date | None = None
    for dia in dias:
        if anterior is None or (dia.data - anterior).days > 1:
            trechos.append([])
        trechos[-1].append(dia)
        anterior = dia.data
    return trechos


def _dica(dia: Dia, horizonte: int) -> str:
    projetado, havia = numero(dia.projetado[horizonte]), numero(dia.realizado)
    return f"{date_format(dia.data, 'D, d/m')}: projetado {projetado}, realizado {havia}"


def _marcas(escala: Escala) -> list[dict]:
    return [{"y": _px(escala.y(marca)), "texto": numero(marca), "zero": marca == 0} for marca in escala.marcas()]


def _px(valor: float) -> str:
    return f"{valor:.1f}"
