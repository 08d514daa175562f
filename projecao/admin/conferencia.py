"""What a check of the stock found, as a planner reads it: a dry run of the correction."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.utils.text import capfirst

from projecao import situacao
from projecao.admin.base import data_curta, numero
from projecao.admin.grafico import nome_do_dia
from projecao.models import EstoqueProjecaoCache, Trabalho
from projecao.unidades import contar, inteiro

DATAS = ("data_base", "dia_ruptura")


def contexto(trabalho: Trabalho, pode_corrigir: bool) -> dict:
    """`trabalho` is a check that has ended."""
    resultado = trabalho.resultado
    guardadas, produtos = resultado["divergencias"], resultado["produtos"]
    nomes = situacao.nomes({cod for cod, *_ in guardadas})
    correcoes = Trabalho.objects.filter(tipo=Trabalho.Tipo.CORRIGIR_ESTOQUE, parametros__conferencia=trabalho.pk)
    return {
        "divergencias": [
            {"cod": cod, "nome": nomes.get(cod, ""), **_divergencia(campo, guardado, correto)}
            for cod, campo, guardado, correto in guardadas
        ],
        "omitidas": inteiro(resultado["total"] - len(guardadas)) if resultado["total"] > len(guardadas) else "",
        "a_corrigir": contar(len(produtos), "produto", "produtos"),
        "pode_corrigir": pode_corrigir and bool(produtos),
        "correcao": correcoes.order_by("-id").first(),
    }


def _divergencia(campo: str, guardado, correto) -> dict:
    if campo == "projecao":
        return {"campo": "Projeção", "guardado": ["nenhuma"], "correto": ["deve ser calculada"]}
    if campo == "dias":
        antes, depois = _dias(guardado, correto)
        return {"campo": "Movimento dos dias", "guardado": antes, "correto": depois}
    nome = "Estoque" if campo == "estoque" else capfirst(EstoqueProjecaoCache._meta.get_field(campo).verbose_name)
    return {"campo": nome, "guardado": [_valor(campo, guardado)], "correto": [_valor(campo, correto)]}


def _valor(campo: str, valor: str | None) -> str:
    if valor is None:
        return "sem ruptura" if campo == "dia_ruptura" else "nenhum"
    if campo in DATAS:
        return data_curta(date.fromisoformat(valor))
    if campo == "status_ruptura":
        return EstoqueProjecaoCache.Status(valor).label
    return numero(Decimal(valor))


def _dias(guardados: list, corretos: list) -> Iterator[list[str]]:
    """Both sides, only of the days that differ."""
    antes, depois = ({dia: (sai, entra) for dia, sai, entra in dias} for dias in (guardados, corretos))
    diferentes = sorted(dia for dia in antes.keys() | depois.keys() if antes.get(dia) != depois.get(dia))
    for lado in (antes, depois):
        yield [f"{nome_do_dia(dia)}: {_movimento(*lado.get(dia, ('0', '0')))}" for dia in diferentes]


def _movimento(sai: str, entra: str) -> str:
    partes = [f"{nome} {numero(valor)}" for nome, valor in (("sai", Decimal(sai)), ("entra", Decimal(entra))) if valor]
    return ", ".join(partes) or "nada"
