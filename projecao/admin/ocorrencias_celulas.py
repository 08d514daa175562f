"""The worklist as text and addresses: its rows, and the page of one item."""

from datetime import timedelta

from django.contrib.admin.utils import quote
from django.urls import reverse
from django.utils.formats import date_format

from projecao.admin.base import VAZIO, data_curta, numero
from projecao.admin.portfolio_celulas import TONS as TONS_DO_STATUS
from projecao.alertas import lista, ocorrencias
from projecao.conf import hoje
from projecao.models import EstoqueProjecaoCache, Ocorrencia, RegistroDeOcorrencia
from projecao.unidades import contar, quantidade

Estado, Acao = Ocorrencia.Estado, RegistroDeOcorrencia.Acao
Status = EstoqueProjecaoCache.Status
TONS = {Estado.ABERTA: "danger", Estado.EM_ANDAMENTO: "info", Estado.ADIADA: "warning", Estado.FECHADA: "success"}
BOTOES = {
    "assumir": "Assumir",
    "liberar": "Liberar",
    "comentar": "Comentar",
    "adiar": "Adiar",
    "retomar": "Retomar",
    "fechar": "Fechar",
    "reabrir": "Reabrir",
}
SEM_PROJECAO = "O produto não pôde ser projetado."


def linhas(itens: list[lista.Item]) -> list[dict]:
    return [_linha(item) for item in itens]


def _linha(item: lista.Item) -> dict:
    ocorrencia = item.ocorrencia
    return {
        "pk": str(ocorrencia.pk),
        "link": reverse("admin:projecao_ocorrencia_change", args=[ocorrencia.pk]),
        "cod": ocorrencia.cod_produto,
        "nome": item.retrato.nome_produto if item.retrato else ocorrencia.nome_produto,
        "estado": ocorrencia.get_estado_display(),
        "tom": TONS[Estado(ocorrencia.estado)],
        "ate": f"até {data_curta(ocorrencia.adiada_ate)}" if ocorrencia.adiada_ate else "",
        "responsavel": str(ocorrencia.responsavel) if ocorrencia.responsavel else "",
        "desde": data_curta(ocorrencia.aberta_em),
        "fechada": data_curta(ocorrencia.fechada_em) if ocorrencia.fechada_em else "",
        "vezes": contar(ocorrencia.vezes, "vez", "vezes"),
        **_figuras(item),
    }


def _figuras(item: lista.Item) -> dict:
    if item.retrato is None:
        return {"status": "", "ruptura": VAZIO, "falta": VAZIO, "aviso": SEM_PROJECAO}
    figuras = item.retrato.figuras
    aviso = f"Números antigos: {item.retrato.defeito}" if item.retrato.defeito else ""
    return {
        "status": Status(figuras.status_ruptura).label,
        "tom_do_status": TONS_DO_STATUS[figuras.status_ruptura],
        "ruptura": date_format(figuras.dia_ruptura, "D, d/m") if figuras.dia_ruptura else "Sem ruptura",
        "falta": numero(item.falta) if item.falta else VAZIO,
        "aviso": aviso,
    }


def item(ocorrencia: Ocorrencia, pode_tratar: bool) -> dict:
    [com_figuras] = lista.com_figuras([ocorrencia])
    verbos = ocorrencias.possiveis(ocorrencia) if pode_tratar else []
    return {
        **_linha(com_figuras),
        "produto": _pagina_do_produto(com_figuras),
        "numeros": _numeros(com_figuras),
        "registros": [_registro(registro) for registro in _registros(ocorrencia)],
        "botoes": [(verbo, BOTOES[verbo]) for verbo in verbos if verbo not in ("adiar", "comentar")],
        "pode_assumir": "assumir" in verbos,
        "pode_adiar": "adiar" in verbos,
        "pode_tratar": pode_tratar,
        "amanha": (hoje() + timedelta(days=1)).isoformat(),
    }


def _registros(ocorrencia: Ocorrencia):
    """The newest first."""
    return ocorrencia.registros.select_related("usuario").order_by("-id")


def _registro(registro: RegistroDeOcorrencia) -> dict:
    return {
        "quando": data_curta(registro.em),
        "quem": str(registro.usuario) if registro.usuario else "Sistema",
        "acao": registro.get_acao_display(),
        "texto": registro.texto,
    }


def _pagina_do_produto(item: lista.Item) -> str:
    """ "" for a product that has no row yet."""
    cod = item.retrato.cod_produto if item.retrato else item.ocorrencia.cod_produto
    if not EstoqueProjecaoCache.objects.filter(pk=cod).exists():
        return ""
    return reverse("admin:projecao_estoqueprojecaocache_change", args=[quote(cod)])


def _numeros(item: lista.Item) -> list[dict]:
    if item.retrato is None:
        return []
    projecao, figuras = item.retrato.projecao, item.retrato.figuras
    valores = {
        "Est.Hoje": projecao.estoque_atual,
        "Est.Min.D+7": figuras.menor_estoque_7d,
        "Est.Min.D+28": figuras.menor_estoque_28d,
        "Prod.Hoje": projecao.producao_hoje,
        "Saídas atrasadas": projecao.saidas_atrasadas,
    }
    return [
        {"nome": nome, "texto": numero(quantidade(valor)), "negativo": valor < 0} for nome, valor in valores.items()
    ]
