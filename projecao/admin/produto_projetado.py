"""What a product's page shows beside its figures: chart, days opened into their documents, what can be promised."""

from decimal import Decimal

from django import forms
from django.contrib.admin.utils import quote
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from unfold.widgets import INPUT_CLASSES

from projecao import fontes, representacao
from projecao.admin.base import CampoNumerico, data_curta, numero
from projecao.admin.grafico import grafico, nome_do_dia
from projecao.conf import hoje
from projecao.excecoes import DataForaDoHorizonte, ErroDeProjecao
from projecao.models import EstoqueProjecaoCache
from projecao.servico import ServicoProjecaoEstoque

DOCUMENTOS_MOSTRADOS = 200
"""Of a day; the others are added up in one line, so that a page of many thousands still opens and still adds up."""
QUANTIDADES = ("estoque_inicial", "saidas", "saldo", "producao", "estoque_final")


def contexto(request, site, linha: EstoqueProjecaoCache, detalhe: dict | None) -> dict:
    """`detalhe` is `servico.detalhar`'s answer; None for a product that cannot be computed now: then the numbers
    are the stored ones, and nothing opens."""
    dias = representacao.dias(linha.projecao) if detalhe is None else detalhe["cardex"]
    registros = Registros(request, site)
    sem_data = [] if detalhe is None else detalhe["sem_data"]
    return {
        "dias": [_dia(dia, registros) for dia in dias],
        "grafico": grafico(dias, linha.estoque_seguranca),
        "com_documentos": detalhe is not None,
        "sem_data": _mostrados(sem_data, registros),
        "total_sem_data": numero(sum((documento["qtd"] for documento in sem_data), Decimal(0))),
        "promessa": promessa(request, linha.pk),
        "filtros_da_lista": request.GET.get("_changelist_filters", ""),
    }


class Registros:
    """How each source's documents are called, and where they are opened by whoever may see them."""

    def __init__(self, request, site):
        carregadas = fontes.carregar()
        self._modelos = {fonte.origem: fonte.modelo for fonte in carregadas.todas}
        self.de_producao = {fonte.origem for fonte in carregadas.producao}
        self._visiveis = {
            origem
            for origem, modelo in self._modelos.items()
            if modelo is not None
            and site.is_registered(modelo)
            and site.get_model_admin(modelo).has_view_permission(request)
        }
        self._pedidos = {
            fonte.origem: fonte.tela_do_pedido.nome
            for fonte in carregadas.todas
            if fonte.tela_do_pedido and request.user.has_perm(fonte.tela_do_pedido.permissao)
        }
        self._site = site

    def nome(self, origem: str) -> str:
        modelo = self._modelos.get(origem)
        return origem if modelo is None else capfirst(modelo._meta.verbose_name)

    def url(self, origem: str, pk) -> str:
        if origem not in self._visiveis:
            return ""
        opcoes = self._modelos[origem]._meta
        return reverse(f"{self._site.name}:{opcoes.app_label}_{opcoes.model_name}_change", args=[quote(pk)])

    def url_do_pedido(self, origem: str, num_pedido: str) -> str:
        if not num_pedido or origem not in self._pedidos:
            return ""
        return reverse(f"{self._site.name}:{self._pedidos[origem]}", args=[num_pedido])


# Days and their documents


def _dia(dia: dict, registros: Registros) -> dict:
    documentos = dia.get("documentos", [])
    return {
        "dia": nome_do_dia(dia["dia"]),
        "data": date_format(dia["data"], "D, d/m"),
        "negativo": dia["estoque_final"] < 0,
        "inicial_negativo": dia["estoque_inicial"] < 0,
        "saldo_negativo": dia["saldo"] < 0,
        **{nome: numero(dia[nome]) for nome in QUANTIDADES},
        "id": f"dia-{dia['dia']}",
        "atrasados": sum(documento["atrasado"] for documento in documentos),
        "documentos": _mostrados(documentos, registros, dia["estoque_inicial"]),
    }


def _mostrados(documentos: list[dict], registros: Registros, saldo: Decimal | None = None) -> dict:
    """`saldo` is what there was before the first of them; None for those that change no stock."""
    linhas, entra, sai = [], Decimal(0), Decimal(0)
    for posicao, documento in enumerate(documentos):
        producao = documento["origem"] in registros.de_producao
        if saldo is not None:
            saldo += documento["qtd"] if producao else -documento["qtd"]
        if posicao < DOCUMENTOS_MOSTRADOS:
            linhas.append(_documento(documento, producao, saldo, registros))
        elif producao:
            entra += documento["qtd"]
        else:
            sai += documento["qtd"]
    return {
        "linhas": linhas,
        "total": len(documentos),
        "resto": {
            "quantos": numero(Decimal(len(documentos) - len(linhas))),
            "saidas": numero(sai),
            "producao": numero(entra),
            "saldo": None if saldo is None else numero(saldo),
        }
        if len(documentos) > len(linhas)
        else None,
    }


def _documento(documento: dict, producao: bool, saldo: Decimal | None, registros: Registros) -> dict:
    return {
        "origem": registros.nome(documento["origem"]),
        "url": registros.url(documento["origem"], documento["id"]),
        "cod_produto": documento["cod_produto"],
        "pedido": documento["num_pedido"],
        "url_do_pedido": registros.url_do_pedido(documento["origem"], documento["num_pedido"]),
        "lote": documento["separacao_lote_id"] or "",
        "cliente": documento["cliente"],
        "local": "/".join(filter(None, (documento["cidade"], documento["uf"]))) or documento["linha_producao"],
        "qtd": f"{'+' if producao else '-'}{numero(documento['qtd'])}"
        if saldo is not None
        else numero(documento["qtd"]),
        "data": "sem data" if documento["data_original"] is None else data_curta(documento["data_original"]),
        "atrasado": documento["atrasado"],
        "saldo": None if saldo is None else numero(saldo),
        "negativo": saldo is not None and saldo < 0,
    }


# What can be promised


class FormularioDePromessa(forms.Form):
    quantidade = CampoNumerico(
        label="Quantidade",
        max_digits=15,
        decimal_places=3,
        widget=forms.TextInput({"class": " ".join(INPUT_CLASSES), "placeholder": "500"}),
        error_messages={"required": "Escreva a quantidade.", "invalid": "Escreva um número, como 500 ou 1.489,5."},
    )
    data = forms.DateField(
        label="Data",
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput({"type": "date", "class": " ".join(INPUT_CLASSES)}, format="%Y-%m-%d"),
        error_messages={"invalid": "Esta data não existe. Escreva dia, mês e ano, como em 27/11/2026."},
    )

    def __init__(self, *args, **kwargs):
        # The page says what is missing, in its own words; not the browser in those of its language.
        super().__init__(*args, use_required_attribute=False, label_suffix="", **kwargs)

    def clean_quantidade(self):
        quantidade = self.cleaned_data["quantidade"]
        if quantidade <= 0:
            raise forms.ValidationError("A quantidade deve ser maior que zero.")
        return quantidade


def promessa(request, cod_produto: str) -> dict:
    """The form, and its answer once it was asked."""
    if "quantidade" not in request.GET:
        return {"form": FormularioDePromessa(initial={"data": hoje()})}
    form = FormularioDePromessa(request.GET)
    if not form.is_valid():
        return {"form": form}
    quantidade, data = form.cleaned_data["quantidade"], form.cleaned_data["data"]
    try:
        resposta = ServicoProjecaoEstoque.disponibilidade(cod_produto, quantidade, data)
    except DataForaDoHorizonte as erro:
        form.add_error("data", str(erro))
        return {"form": form}
    except ErroDeProjecao as erro:
        form.add_error(None, str(erro))
        return {"form": form}
    return {"form": form, "resposta": _resposta(resposta)}


def _resposta(resposta: dict) -> dict:
    data, disponivel, firme = (resposta[c] for c in ("data", "data_disponivel", "data_disponivel_firme"))
    pedida, falta, em = numero(resposta["qtd"]), resposta["falta"], f"em {_por_extenso(data).lower()}"
    if falta:
        sim, frase = False, f"Não: {em} faltam {numero(falta)} para {pedida}."
    elif firme is None or firme > data:
        sim, frase = False, f"Há {pedida} {em}, mas parte já tem destino: prometer faria faltar a outro pedido."
    else:
        sim, frase = True, f"Sim: {pedida} {em}, sem faltar a nenhum outro pedido."
    return {
        "sim": sim,
        "frase": frase,
        "disponivel": _por_extenso(disponivel) if disponivel else "Em nenhum dos 29 dias",
        "firme": _por_extenso(firme) if firme else "Em nenhum dos 29 dias",
        "data": date_format(data, "d/m"),
        "estoque_na_data": numero(resposta["estoque_na_data"]),
        "falta": numero(falta),
    }


def _por_extenso(data) -> str:
    return date_format(data, "D, d/m/Y")
