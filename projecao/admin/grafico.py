"""The chart of a product's 29 days, as the coordinates of an inline SVG.

Each leaves here as the text it is written with: templates localize numbers, and `12,5` is no coordinate.
"""

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import NamedTuple

from django.utils.formats import date_format

from projecao.admin.base import numero

LARGURA, ALTURA = 1000, 320
ESQUERDA, DIREITA, TOPO, BASE = 84, 990, 26, 274
MOLDURA = {
    "largura": str(LARGURA),
    "altura": str(ALTURA),
    "esquerda": str(ESQUERDA),
    "direita": str(DIREITA),
    "topo": str(TOPO),
    "base": str(BASE),
}
FAIXAS = 5
"""At most so many steps of the vertical axis, and the parts that do not fill one."""
PASSOS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
SEMANA = 7
MARCADOR = 5


class Escala(NamedTuple):
    """From quantities to heights. Both ends of the axis are whole steps."""

    menor: Decimal
    maior: Decimal
    passo: Decimal

    @classmethod
    def para(cls, valores: Iterable[Decimal]) -> "Escala":
        valores = [Decimal(0), *valores]
        menor, maior = min(valores), max(valores)
        if menor == maior:
            maior = Decimal(1)
        passo = _passo((maior - menor) / FAIXAS)
        menor = (menor / passo).to_integral_value(ROUND_FLOOR) * passo
        maior = (maior / passo).to_integral_value(ROUND_CEILING) * passo
        return cls(menor, maior, passo)

    def y(self, valor: Decimal) -> float:
        return BASE - float((valor - self.menor) / (self.maior - self.menor)) * (BASE - TOPO)

    def marcas(self) -> list[Decimal]:
        return [self.menor + self.passo * n for n in range(int((self.maior - self.menor) / self.passo) + 1)]


def _passo(minimo: Decimal) -> Decimal:
    """The least of …, 1, 2, 2.5, 5, 10, 20, … that is not under `minimo`."""
    potencia = Decimal(1).scaleb(minimo.adjusted())
    return next(vezes * potencia for vezes in PASSOS if vezes * potencia >= minimo)


def grafico(dias: list[dict], seguranca: Decimal) -> dict:
    """`dias` as in `representacao.dias`. What leaves goes down from zero and what production adds goes up:
    nobody has to tell the bars by their colour."""
    finais = [dia["estoque_final"] for dia in dias]
    escala = Escala.para([*finais, seguranca, *(-dia["saidas"] for dia in dias), *(dia["producao"] for dia in dias)])
    largura_do_dia = (DIREITA - ESQUERDA) / len(dias)
    centros = [ESQUERDA + largura_do_dia * (n + 0.5) for n in range(len(dias))]
    alturas = [escala.y(final) for final in finais]
    return {
        **MOLDURA,
        "titulo": "Estoque projetado nos 29 dias",
        "descricao": _descricao(dias, seguranca),
        "marcas": [
            {"y": _px(escala.y(marca)), "texto": numero(marca), "zero": marca == 0} for marca in escala.marcas()
        ],
        "seguranca": {"y": _px(escala.y(seguranca)), "texto": numero(seguranca)},
        "linha": " ".join(f"{_px(x)},{_px(y)}" for x, y in zip(centros, alturas, strict=True)),
        "dias": [_dia(dia, escala, x, y, largura_do_dia) for dia, x, y in zip(dias, centros, alturas, strict=True)],
        "semanas": [
            {"x": _px(x), "dia": nome_do_dia(dia["dia"]), "data": date_format(dia["data"], "d/m")}
            for dia, x in zip(dias, centros, strict=True)
            if dia["dia"] % SEMANA == 0
        ],
        "ruptura": _ruptura(dias, centros),
    }


def nome_do_dia(dia: int) -> str:
    return f"D+{dia}" if dia else "Hoje"


def _px(valor: float) -> str:
    return f"{valor:.1f}"


def _dia(dia: dict, escala: Escala, x: float, y: float, largura: float) -> dict:
    zero, barra = escala.y(Decimal(0)), largura * 0.62
    saidas, producao = escala.y(-dia["saidas"]), escala.y(dia["producao"])
    m = MARCADOR
    return {
        "x": _px(x),
        "y": _px(y),
        "barra_x": _px(x - barra / 2),
        "barra_largura": _px(barra),
        "saidas": {"y": _px(zero), "altura": _px(saidas - zero)} if dia["saidas"] else None,
        "producao": {"y": _px(producao), "altura": _px(zero - producao)} if dia["producao"] else None,
        "negativo": f"{_px(x - m)},{_px(y - m)} {_px(x + m)},{_px(y - m)} {_px(x)},{_px(y + m)}"
        if dia["estoque_final"] < 0
        else "",
        "alvo_x": _px(x - largura / 2),
        "alvo_largura": _px(largura),
        "dica": f"{date_format(dia['data'], 'D, d/m')}: saídas {numero(dia['saidas'])}, "
        f"produção {numero(dia['producao'])}, estoque final {numero(dia['estoque_final'])}",
    }


def _ruptura(dias: list[dict], centros: list[float]) -> dict | None:
    for dia, x in zip(dias, centros, strict=True):
        if dia["estoque_final"] < 0:
            no_fim = x > (ESQUERDA + DIREITA) / 2
            return {
                "x": _px(x),
                "texto_x": _px(x - 6 if no_fim else x + 6),
                "ancora": "end" if no_fim else "start",
                "texto": f"Ruptura em {date_format(dia['data'], 'd/m')}",
            }
    return None


def _descricao(dias: list[dict], seguranca: Decimal) -> str:
    menor = min(dias, key=lambda dia: dia["estoque_final"])
    ruptura = next((dia for dia in dias if dia["estoque_final"] < 0), None)
    frases = [
        f"O estoque começa em {numero(dias[0]['estoque_inicial'])} e termina em {numero(dias[-1]['estoque_final'])}.",
        f"O menor é {numero(menor['estoque_final'])}, em {date_format(menor['data'], 'd/m/Y')}.",
        f"Fica negativo em {date_format(ruptura['data'], 'd/m/Y')}." if ruptura else "Não fica negativo em nenhum dia.",
        f"O nível de segurança é {numero(seguranca)}. Os números de cada dia estão na tabela abaixo.",
    ]
    return " ".join(frases)
