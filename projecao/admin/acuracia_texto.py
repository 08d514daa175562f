"""Accuracy in a planner's words, as text for the page."""

from decimal import Decimal

from django.utils.formats import date_format

from projecao.acuracia import Acuracia, Dia
from projecao.acuracia_tabela import Produto
from projecao.admin.acuracia_grafico import horizonte_por_extenso
from projecao.admin.base import VAZIO, numero
from projecao.models import ResumoMensal
from projecao.unidades import contar

COLUNAS = {
    "grupo": "Código",
    "previsoes": "Previsões",
    "vies": "Viés",
    "erro_absoluto_medio": "Erro médio",
    "erro_relativo": "% do estoque",
}
"""Key to sort by → title."""


def frase(medida: Acuracia) -> str:
    vies = medida.vies
    if vies is None:
        return "Nada a comparar ainda."
    if not vies:
        return "Em média, prometemos o que havia."
    return f"Prometemos em média {numero(abs(vies))} a {'mais' if vies > 0 else 'menos'} do que havia."


def cartao(horizonte: int, medida: Acuracia, link: str, aberto: bool) -> dict:
    return {
        "titulo": horizonte_por_extenso(horizonte),
        "frase": frase(medida),
        "erro": numero(medida.erro_absoluto_medio),
        "relativo": f"{porcento(medida.erro_relativo)} do estoque" if medida.erro_relativo is not None else "",
        "previsoes": contar(medida.previsoes, "previsão conferida", "previsões conferidas"),
        "link": link,
        "aberto": aberto,
    }


def porcento(parte: Decimal | None) -> str:
    return VAZIO if parte is None else f"{numero(parte * 100)}%"


def medidas(medida: Acuracia) -> list[dict]:
    """In the order of COLUNAS, after the first."""
    return [
        {"texto": numero(Decimal(medida.previsoes)), "negativo": False},
        {"texto": com_sinal(medida.vies), "negativo": bool(medida.vies and medida.vies < 0)},
        {"texto": numero(medida.erro_absoluto_medio), "negativo": False},
        {"texto": porcento(medida.erro_relativo), "negativo": False},
    ]


def com_sinal(valor: Decimal | None) -> str:
    return f"+{numero(valor)}" if valor is not None and valor > 0 else numero(valor)


def colunas(ordem: str, endereco) -> list[dict]:
    """Their headers, and where they lead: the greatest (of a name, the least) first and then the other way round."""
    return [
        {
            "titulo": titulo,
            "link": endereco.com(ordering=_seguinte(nome, ordem)),
            "sentido": {nome: "ascending", f"-{nome}": "descending"}.get(ordem, ""),
        }
        for nome, titulo in COLUNAS.items()
    ]


def _seguinte(nome: str, ordem: str) -> str:
    primeira, segunda = (nome, f"-{nome}") if nome == "grupo" else (f"-{nome}", nome)
    return segunda if ordem == primeira else primeira


def produto(dele: Produto, link: str) -> dict:
    return {
        "cod": dele.cod_produto,
        "nome": dele.nome_produto,
        "linha": dele.linha_producao,
        "link": link,
        "unificado": dele.unificado_em,
        "medidas": medidas(dele.acuracia),
    }


def dias(todos: list[Dia], horizonte: int) -> list[dict]:
    """The newest first."""
    return [
        {
            "data": date_format(dia.data, "D, d/m/Y"),
            "projetado": numero(dia.projetado[horizonte]),
            "realizado": numero(dia.realizado),
            "erro": com_sinal(dia.erro(horizonte)),
        }
        for dia in reversed(todos)
    ]


MESES = ("Estoque médio projetado", "Mínimo", "Máximo", "Desvio", "Previsões", "Viés", "Erro médio")


def mes(resumo: ResumoMensal) -> dict:
    """`numeros` in the order of MESES."""
    projetado = [numero(getattr(resumo, campo)) for campo in ("media", "minimo", "maximo", "desvio")]
    conferido = [numero(Decimal(resumo.previsoes)), com_sinal(resumo.vies), numero(resumo.erro_absoluto_medio)]
    return {"mes": date_format(resumo.mes, "m/Y"), "numeros": [*projetado, *conferido]}
