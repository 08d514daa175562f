"""An order's items as its page shows them: their figures in Portuguese, and the documents that they come from."""

from collections import defaultdict
from datetime import date

from django.contrib.admin.utils import quote
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst

from carteira import situacao
from carteira.admin.pre_separacao import por_extenso
from carteira.fontes import Separacoes
from carteira.models import CarteiraPrincipal, PreSeparacaoItem, Separacao
from projecao.admin.base import VAZIO, numero
from projecao.conf import hoje

PROJECAO = "projecao_estoqueprojecaocache"
QUANTIDADES = ("qtd_pedido", "qtd_pre_separada", "qtd_separada", "qtd_saldo")
ESTOQUES = ("estoque_hoje", "menor_estoque_7d", "producao_hoje", "estoque_na_expedicao")
DATAS = ("data_disponivel", "data_disponivel_firme")


class Telas:
    """Where records are opened, by whoever may see them; "" for the others."""

    def __init__(self, request, site):
        self._request, self._site, self._visiveis = request, site, {}
        self.ve_projecoes = request.user.has_perm("projecao.view_estoqueprojecaocache")

    def registro(self, obj) -> str:
        modelo = type(obj)
        if modelo not in self._visiveis:
            self._visiveis[modelo] = self._site.get_model_admin(modelo).has_view_permission(self._request)
        if not self._visiveis[modelo]:
            return ""
        return self._endereco(f"{modelo._meta.app_label}_{modelo._meta.model_name}", obj.pk)

    def projecao(self, cod: str) -> str:
        return self._endereco(PROJECAO, cod) if self.ve_projecoes else ""

    def _endereco(self, tela: str, pk) -> str:
        return reverse(f"{self._site.name}:{tela}_change", args=[quote(pk)])


def itens(dados: dict, linhas: dict[str, CarteiraPrincipal], telas: Telas, pode: dict[str, bool]) -> list[dict]:
    """`dados` is the `workspace`; `linhas` are `planejamento.linhas_do_pedido`; `pode`: add, change, delete."""
    documentos = _documentos(dados["num_pedido"], linhas, telas, pode)
    return [
        _item(item, telas, documentos[item["cod_produto"]]) | {"id": f"item-{posicao}"}
        for posicao, item in enumerate(dados["itens"])
    ]


def _item(item: dict, telas: Telas, documentos: list[dict]) -> dict:
    cod, expedicao = item["cod_produto"], item["expedicao"]
    return {
        "cod_produto": cod,
        "nome_produto": item["nome_produto"],
        "url": telas.projecao(cod),
        "situacao": situacao.do_item(item, hoje()),
        "expedicao": dia_curto(expedicao),
        "atrasado": expedicao is not None and expedicao < hoje(),
        **{nome: numero(item[nome]) for nome in (*QUANTIDADES, *ESTOQUES)},
        "negativos": [nome for nome in ESTOQUES if item[nome] is not None and item[nome] < 0],
        **{nome: _data(item, nome) for nome in DATAS},
        "peso": numero(item["peso"]),
        "pallet": numero(item["pallet"]),
        "documentos": documentos,
    }


def _data(item: dict, nome: str) -> str:
    calculado = item["status_ruptura"] is not None
    return dia_curto(item[nome], "nenhuma" if calculado else VAZIO)


def dia_curto(data: date | None, vazio: str = VAZIO) -> str:
    """26/11, or 26/11/27 where the year is not this one's."""
    return vazio if data is None else f"{data:%d/%m}" if data.year == hoje().year else f"{data:%d/%m/%y}"


def _documentos(num_pedido: str, linhas: dict[str, CarteiraPrincipal], telas: Telas, pode) -> dict[str, list[dict]]:
    """Code → what is set apart of it, and what is not. A query per model."""
    do_produto = defaultdict(list)
    separacoes = Separacao.objects.que_cobrem_a_carteira().filter(num_pedido=num_pedido)
    for separacao in separacoes.select_related("pedido").annotate(dia=Separacoes.data).order_by("pk"):
        do_produto[separacao.cod_produto].append(_separacao(separacao, telas))
    pres = PreSeparacaoItem.objects.filter(num_pedido=num_pedido).select_related("criado_por").order_by("pk")
    for pre in pres:
        do_produto[pre.cod_produto].append(_pre_separacao(pre, telas, pode))
    for cod, linha in linhas.items():
        do_produto[cod].append(_da_linha(linha, telas, pode))
    return do_produto


def _documento(obj, telas: Telas, quantidade, data: date | None, *detalhes: str) -> dict:
    return {
        "nome": capfirst(obj._meta.verbose_name),
        "url": telas.registro(obj),
        "quantidade": numero(quantidade),
        "quando": f"para {por_extenso(data)}" if data else "sem data",
        "atrasado": data is not None and data < hoje(),
        "detalhes": [detalhe for detalhe in detalhes if detalhe],
    }


def _separacao(separacao: Separacao, telas: Telas) -> dict:
    lote, pedido = separacao.separacao_lote_id, separacao.pedido
    return _documento(
        separacao,
        telas,
        separacao.qtd_saldo,
        separacao.dia,
        f"lote {lote}" if lote else "sem lote",
        pedido.get_status_display() if pedido else "sem pedido",
        _agendamento(separacao.agendamento, separacao.protocolo),
    )


def _pre_separacao(pre: PreSeparacaoItem, telas: Telas, pode) -> dict:
    aberta = pre.status != PreSeparacaoItem.Status.ENVIADO_SEPARACAO
    return _documento(
        pre,
        telas,
        pre.qtd_selecionada_usuario,
        pre.data_expedicao_editada,
        pre.get_status_display(),
        _agendamento(pre.data_agendamento_editada, pre.protocolo_editado),
        f"por {pre.criado_por}" if pre.criado_por else "",
        pre.observacoes_usuario,
    ) | {"pk": pre.pk, "pode_alterar": aberta and pode["change"], "pode_excluir": aberta and pode["delete"]}


def _da_linha(linha: CarteiraPrincipal, telas: Telas, pode) -> dict:
    """With what is left of it: what others set apart stands beside it."""
    agendamento = _agendamento(linha.agendamento, linha.protocolo)
    documento = _documento(linha, telas, linha.qtd_restante, linha.expedicao, "a separar", agendamento)
    if linha.qtd_restante <= 0:
        return documento | {"quantidade": "", "quando": "nada mais a separar", "atrasado": False, "detalhes": []}
    return documento | {"incluir": urlencode({"incluir": linha.cod_produto}) if pode["add"] else ""}


def _agendamento(data: date | None, protocolo: str) -> str:
    partes = [f"agendado para {por_extenso(data)}" if data else "", f"protocolo {protocolo}" if protocolo else ""]
    return ", ".join(filter(None, partes))
