"""The portfolio's table, as text and addresses: its headers, which sort, and its rows."""

from datetime import date, timedelta

from django.contrib.admin.utils import quote
from django.urls import reverse
from django.utils.formats import date_format

from projecao import motor, portfolio
from projecao.admin.base import data_curta, numero
from projecao.admin.grafico import nome_do_dia
from projecao.consulta import ORDENAVEIS
from projecao.models import EstoqueProjecaoCache
from projecao.motor import DIAS
from projecao.servico import Retrato
from projecao.unidades import quantidade

TONS = {motor.CRITICO: "danger", motor.ATENCAO: "warning", motor.OK: "success"}
NIVEIS = {motor.NEGATIVO: "", motor.ABAIXO_DA_SEGURANCA: "abaixo da segurança", motor.CONFORTAVEL: ""}
"""What a cell says besides its number, to whom does not see it: a minus sign needs no words."""


def colunas(ordem: str, endereco) -> list[dict]:
    return [
        {"nome": coluna.nome, "titulo": coluna.titulo, **_ordenacao(coluna.nome, ordem, endereco)}
        for coluna in portfolio.COLUNAS
    ]


def dias(dia: date, ordem: str, endereco) -> list[dict]:
    return [
        {
            "titulo": nome_do_dia(n),
            "semana": date_format(data, "D"),
            "data": date_format(data, "d/m"),
            **_ordenacao(f"dia_{n}", ordem, endereco),
        }
        for n in range(DIAS)
        for data in [dia + timedelta(days=n)]
    ]


def _ordenacao(nome: str, ordem: str, endereco) -> dict:
    """Where the header leads: the least first and, if that is how it is, the greatest."""
    if nome not in ORDENAVEIS:
        return {"link": ""}
    return {
        "link": endereco.com(ordering=f"-{nome}" if ordem == nome else nome),
        "sentido": {nome: "ascending", f"-{nome}": "descending"}.get(ordem, ""),
    }


def linhas(produtos: list[portfolio.Produto], dia: date) -> list[dict]:
    calculados = [produto.retrato.cod_produto for produto in produtos if produto.retrato.pendente]
    guardados = EstoqueProjecaoCache.objects.filter(pk__in=calculados).values_list("pk", flat=True)
    sem_pagina = set(calculados).difference(guardados)  # computed now for the first time
    return [_linha(produto, dia, produto.retrato.cod_produto not in sem_pagina) for produto in produtos]


def _linha(produto: portfolio.Produto, dia: date, tem_pagina: bool) -> dict:
    retrato = produto.retrato
    valores = {coluna.nome: coluna.valor(produto) for coluna in portfolio.COLUNAS}
    link = reverse("admin:projecao_estoqueprojecaocache_change", args=[quote(retrato.cod_produto)])
    return {
        "cod": valores["cod_produto"],
        "nome": valores["nome_produto"],
        "linha": valores["linha_producao"],
        "link": link if tem_pagina else "",
        "status": valores["status_ruptura"],
        "tom": TONS[retrato.figuras.status_ruptura],
        "ruptura": "" if valores["dia_ruptura"] is None else date_format(valores["dia_ruptura"], "D, d/m"),
        "figuras": [
            {"texto": numero(valores[campo]), "negativo": valores[campo] < 0}
            for campo in ("estoque_atual", "menor_estoque_7d", "producao_hoje")
        ],
        "celulas": [_celula(n, final, retrato) for n, final in enumerate(portfolio.estoques(retrato, dia))],
        "calculado": data_curta(retrato.data_calculo),
        "situacao": _situacao(retrato),
    }


def _celula(n: int, final: int | None, retrato: Retrato) -> dict:
    if final is None:
        return {"texto": "–", "nivel": "", "aviso": "", "ancora": f"#dia-{n}"}
    nivel = motor.nivel(final, retrato.estoque_seguranca)
    return {"texto": numero(quantidade(final)), "nivel": nivel, "aviso": NIVEIS[nivel], "ancora": f"#dia-{n}"}


def _situacao(retrato: Retrato) -> dict | None:
    if retrato.defeito:
        frase = f"O recálculo não pôde ser feito, e os números são os últimos guardados: {retrato.defeito}"
        return {"texto": "Números antigos", "frase": frase, "tom": "warning"}
    if retrato.pendente:
        return {"texto": "Pendente", "frase": "Na fila de recálculo: estes números são de agora.", "tom": "info"}
    return None
