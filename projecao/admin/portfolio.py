"""The portfolio: every product a row, its 29 days as cells; and the same list as a file."""

from abc import ABC, abstractmethod
from collections.abc import Collection
from tempfile import TemporaryFile
from typing import BinaryIO

from django import forms
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Paginator
from django.db import DataError
from django.http import FileResponse, Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.generic import View
from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES

from projecao import avisos, banco, consulta, linhas, portfolio, vivo
from projecao.admin import portfolio_celulas
from projecao.admin.base import data_curta
from projecao.admin.pagina import Pagina
from projecao.conf import hoje
from projecao.models import EstoqueProjecaoCache
from projecao.unidades import contar, inteiro

VER = "projecao.view_estoqueprojecaocache"
NOME = "projecao_estoqueprojecaocache_portfolio"
ORDEM_INICIAL = "dia_ruptura"
"""What breaks first comes first."""
TAMANHOS = ("50", "100", "200")


class Filtros(forms.Form):
    """What may be asked for in the address, in the API's words (`page` apart)."""

    busca = forms.CharField(
        label="Código ou nome",
        required=False,
        max_length=200,
        widget=forms.TextInput({"class": " ".join(INPUT_CLASSES), "type": "search"}),
        error_messages={"max_length": "A busca é longa demais."},
    )
    status_ruptura = forms.MultipleChoiceField(
        label="Status",
        required=False,
        choices=EstoqueProjecaoCache.Status.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Não há o status %(value)s."},
    )
    dia_ruptura_ate = forms.DateField(
        label="Ruptura até",
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput({"type": "date", "class": " ".join(INPUT_CLASSES)}, format="%Y-%m-%d"),
        error_messages={"invalid": "Esta data não existe. Escreva dia, mês e ano, como em 27/11/2026."},
    )
    linha_producao = forms.ChoiceField(
        label="Linha de produção",
        required=False,
        widget=forms.Select({"class": " ".join(SELECT_CLASSES)}),
        error_messages={"invalid_choice": "Nenhuma programação tem a linha %(value)s."},
    )
    ordering = forms.ChoiceField(
        required=False,
        choices=[(sinal + coluna, coluna) for coluna in consulta.ORDENAVEIS for sinal in ("", "-")],
        error_messages={"invalid_choice": "A lista não se ordena por %(value)s."},
    )
    page_size = forms.ChoiceField(
        required=False,
        choices=[(tamanho, tamanho) for tamanho in TAMANHOS],
        error_messages={"invalid_choice": "Uma página tem 50, 100 ou 200 produtos."},
    )

    def __init__(self, data):
        super().__init__(data, auto_id="filtro-%s", label_suffix="", use_required_attribute=False)
        existentes = [(linha, linha) for linha in linhas.existentes()]
        self.fields["linha_producao"].choices = [("", "Todas"), *existentes]

    @property
    def campos(self) -> list:
        return [self[nome] for nome in ("busca", "status_ruptura", "dia_ruptura_ate", "linha_producao")]

    @property
    def ordem(self) -> str:
        return self.cleaned_data["ordering"] or ORDEM_INICIAL

    @property
    def tamanho(self) -> str:
        return self.cleaned_data["page_size"] or TAMANHOS[0]

    def listagem(self) -> consulta.Retratos:
        dados = self.cleaned_data
        filtro = consulta.Filtro(
            dados["status_ruptura"], dados["busca"], dados["dia_ruptura_ate"], dados["linha_producao"]
        )
        return consulta.Retratos(filtro, consulta.Ordem(self.ordem))


class Endereco:
    """This list's address, with something of it changed: then it begins at its first page again."""

    def __init__(self, parametros):
        self._parametros = parametros.copy()
        self._parametros.pop("page", None)

    def com(self, **mudancas) -> str:
        parametros = self._parametros.copy()
        for nome, valor in mudancas.items():
            parametros[nome] = valor
        return f"?{parametros.urlencode()}"

    def sem(self, nome: str, valor: str) -> str:
        parametros = self._parametros.copy()
        parametros.setlist(nome, [outro for outro in parametros.getlist(nome) if outro != valor])
        return f"?{parametros.urlencode()}"

    @property
    def consulta(self) -> str:
        return self._parametros.urlencode()


class Portfolio(Pagina):
    title = "Portfólio"
    caminho = "portfolio"
    nome = NOME
    permission_required = VER
    template_name = "admin/projecao/portfolio/pagina.html"
    vivo = True

    def acompanhar(self):
        return vivo.regiao()

    def get_context_data(self, **kwargs):
        return super().get_context_data(portfolio=self._portfolio(), **kwargs)

    def _portfolio(self) -> dict:
        quadro = {"limpo": reverse(f"admin:{NOME}"), "endereco": self.request.get_full_path()}
        try:
            # One moment for the lines, the count, the page and the products computed on the spot.
            with banco.leitura_consistente():
                quadro |= {"agora": date_format(timezone.localtime(), "d/m/Y H:i"), "form": Filtros(self.request.GET)}
                if not quadro["form"].is_valid():
                    return quadro | {"erros": erros(quadro["form"])}
                return quadro | self._lista(quadro["form"], Endereco(self.request.GET))
        except DataError:
            # A sum that the database cannot hold: it cannot be told whose until the queue has isolated it.
            return quadro | {"falhou": True}

    def _lista(self, form: Filtros, endereco: Endereco) -> dict:
        listagem, dia = form.listagem(), hoje()
        pagina = Paginator(listagem, int(form.tamanho)).get_page(self.request.GET.get("page"))
        produtos = list(portfolio.produtos(pagina.object_list))
        total = pagina.paginator.count
        filtros = _ativos(form, endereco)
        esperam = listagem.pendentes if listagem.exata else consulta.contar_desatualizados()
        return {
            "aviso": avisos.da_fila(
                esperam, listagem.exata, len(listagem.defeitos), "a ordem, os filtros e a contagem"
            ),
            "total": contar(total, "produto", "produtos"),
            "vazio": not total and not filtros and not esperam,
            "calculando": not total and not filtros and esperam > 0,
            "filtros": filtros,
            "ordem": self.request.GET.get("ordering", ""),
            "tamanho": self.request.GET.get("page_size", ""),
            "colunas": portfolio_celulas.colunas(form.ordem, endereco),
            "dias": portfolio_celulas.dias(dia, form.ordem, endereco),
            "linhas": portfolio_celulas.linhas(produtos, dia),
            "paginas": paginas(pagina, endereco),
            "tamanhos": [(t, endereco.com(page_size=t), t == form.tamanho) for t in TAMANHOS],
            "arquivos": [
                (formato.upper(), f"{reverse(f'admin:{NOME}_arquivo', args=[formato])}?{endereco.consulta}")
                for formato in portfolio.FORMATOS
            ],
        }


def erros(form: Filtros) -> list[str]:
    return [" ".join(erros) for erros in form.errors.values()]


def _ativos(form: Filtros, endereco: Endereco) -> list[dict]:
    """The filters that are on: what each says, and the list without it."""
    dados, status = form.cleaned_data, EstoqueProjecaoCache.Status
    ativos = [("status_ruptura", valor, f"Status: {status(valor).label}") for valor in dados["status_ruptura"]]
    for nome, texto in (("busca", "Busca: {}"), ("dia_ruptura_ate", "Ruptura até {}"), ("linha_producao", "Linha: {}")):
        if valor := dados[nome]:
            mostrado = data_curta(valor) if nome == "dia_ruptura_ate" else valor
            ativos.append((nome, form.data[nome], texto.format(mostrado)))
    return [{"texto": texto, "sem": endereco.sem(nome, valor)} for nome, valor, texto in ativos]


def paginas(pagina, endereco: Endereco) -> dict:
    def link(numero: int) -> str:
        return endereco.com(page=numero)

    return {
        "frase": f"Página {inteiro(pagina.number)} de {inteiro(pagina.paginator.num_pages)}",
        "primeira": link(1) if pagina.has_previous() else "",
        "anterior": link(pagina.previous_page_number()) if pagina.has_previous() else "",
        "seguinte": link(pagina.next_page_number()) if pagina.has_next() else "",
        "ultima": link(pagina.paginator.num_pages) if pagina.has_next() else "",
    }


class ArquivoDaLista(PermissionRequiredMixin, View, ABC):
    """The list that a page shows, all its pages, in its order. A subclass says which page, and writes it.

    It is written whole before anything is sent: its numbers are of one moment, no transaction stays open while
    somebody's line is slow, and what fails is an error and not half a file. On disk, so memory stays flat.
    """

    permission_required = VER
    pagina: type[Pagina]
    filtros: type[forms.Form]
    formatos: Collection[str]

    @classmethod
    def rota(cls) -> tuple:
        return (f"{cls.pagina.caminho}.<str:formato>", f"{cls.pagina.nome}_arquivo", cls.as_view())

    def get(self, request, formato, **kwargs):
        if formato not in self.formatos:
            raise Http404
        saida = TemporaryFile()  # noqa: SIM115  the answer closes it
        with banco.leitura_consistente():
            form = self.filtros(request.GET)
            if not form.is_valid():
                # The page says what is wrong with it.
                return HttpResponseRedirect(f"{reverse(f'admin:{self.pagina.nome}')}?{request.GET.urlencode()}")
            agora = timezone.localtime()
            self.gravar(formato, saida, form)
        saida.seek(0)
        nome = f"{self.pagina.caminho}-{agora:%Y-%m-%d-%H%M}.{formato}"
        return FileResponse(saida, as_attachment=True, filename=nome)

    @abstractmethod
    def gravar(self, formato: str, saida: BinaryIO, form) -> None:
        """Write what the valid form asks for."""


class Arquivo(ArquivoDaLista):
    pagina, filtros, formatos = Portfolio, Filtros, portfolio.FORMATOS

    def gravar(self, formato, saida, form):
        portfolio.gravar(formato, saida, form.listagem(), hoje())
