"""How good projections were: by horizon, by line, the worst products, and one product day by day."""

from django import forms
from django.contrib.admin.utils import quote
from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.formats import date_format
from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES

from projecao import acuracia, acuracia_tabela, banco, linhas
from projecao.admin import acuracia_grafico, acuracia_texto
from projecao.admin.acuracia_grafico import horizonte_por_extenso
from projecao.admin.base import data_curta
from projecao.admin.pagina import Pagina
from projecao.admin.portfolio import ArquivoDaLista, Endereco, erros, paginas
from projecao.conf import ajustes
from projecao.models import EstoqueProjecaoCache, ProjecaoDiaria
from projecao.models.historico import HORIZONTES
from projecao.unidades import contar

VER = "projecao.view_projecaodiaria"
VER_PROJECOES = "projecao.view_estoqueprojecaocache"
NOME = "projecao_acuracia"
TAMANHO = 50
DATA_INVALIDA = "Esta data não existe. Escreva dia, mês e ano, como em 27/11/2026."


def _data(rotulo: str) -> forms.DateField:
    return forms.DateField(
        label=rotulo,
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput({"type": "date", "class": " ".join(INPUT_CLASSES)}, format="%Y-%m-%d"),
        error_messages={"invalid": DATA_INVALIDA},
    )


class Filtros(forms.Form):
    """What may be asked for in the address, in the API's words (`page` and `produto` apart)."""

    horizonte = forms.TypedChoiceField(
        label="Projetado",
        required=False,
        coerce=int,
        empty_value=acuracia.HORIZONTE,
        choices=[(h, horizonte_por_extenso(h)) for h in HORIZONTES],
        widget=forms.Select({"class": " ".join(SELECT_CLASSES)}),
        error_messages={"invalid_choice": "Não se guarda o que foi projetado %(value)s dias antes."},
    )
    busca = forms.CharField(
        label="Código ou nome",
        required=False,
        max_length=200,
        widget=forms.TextInput({"class": " ".join(INPUT_CLASSES), "type": "search"}),
        error_messages={"max_length": "A busca é longa demais."},
    )
    linha_producao = forms.ChoiceField(
        label="Linha de produção",
        required=False,
        widget=forms.Select({"class": " ".join(SELECT_CLASSES)}),
        error_messages={"invalid_choice": "Nenhuma programação tem a linha %(value)s."},
    )
    de = _data("De")
    ate = _data("Até")
    produto = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    ordering = forms.ChoiceField(
        required=False,
        choices=[(sinal + chave, chave) for chave in acuracia_tabela.CHAVES for sinal in ("", "-")],
        error_messages={"invalid_choice": "A lista não se ordena por %(value)s."},
    )

    def __init__(self, data):
        super().__init__(data, auto_id="filtro-%s", label_suffix="", use_required_attribute=False)
        self.fields["linha_producao"].choices = [("", "Todas"), *((linha, linha) for linha in linhas.existentes())]
        self.initial["horizonte"] = acuracia.HORIZONTE
        if "horizonte" not in self.data:
            self.data = self.data.copy()
            self.data["horizonte"] = acuracia.HORIZONTE

    def clean(self):
        dados = super().clean()
        if not self.errors:
            self.periodo = acuracia.periodo(dados["de"], dados["ate"])
            if self.periodo[0] > self.periodo[1]:
                self.add_error("ate", "O período termina antes de começar.")
        return dados

    @property
    def campos(self) -> list:
        return [self[nome] for nome in ("horizonte", "busca", "linha_producao", "de", "ate")]

    @property
    def ordem(self) -> str:
        return self.cleaned_data["ordering"] or acuracia_tabela.PIORES

    def filtro(self) -> acuracia.Filtro:
        dados = self.cleaned_data
        return acuracia.Filtro(*self.periodo, dados["busca"], dados["linha_producao"], dados["produto"])

    def produtos(self) -> dict[str, acuracia.Acuracia]:
        return acuracia.por_produto(self.filtro(), self.cleaned_data["horizonte"])


class Acuracia(Pagina):
    title = "Acurácia das projeções"
    caminho = "acuracia"
    nome = NOME
    permission_required = VER
    template_name = "admin/projecao/acuracia/pagina.html"

    def get_context_data(self, **kwargs):
        with banco.leitura_consistente():
            return super().get_context_data(acuracia=self._quadro(Filtros(self.request.GET)), **kwargs)

    def _quadro(self, form: Filtros) -> dict:
        quadro = {"limpo": reverse(f"admin:{NOME}"), "form": form, "ordem": self.request.GET.get("ordering", "")}
        if not form.is_valid():
            return quadro | {"erros": erros(form)}
        endereco = Endereco(self.request.GET)
        filtros = _ativos(form, endereco)
        quadro |= {"filtros": filtros, "periodo": _periodo(form)}
        if produto := form.cleaned_data["produto"]:
            quadro["produto"] = self._produto(produto, form)
        medidas = acuracia.por_horizonte(form.filtro())
        if not any(medida.previsoes for medida in medidas.values()):
            return quadro | {"vazio": True, "espera": None if acuracia.ha_alguma() else _espera()}
        horizonte = form.cleaned_data["horizonte"]
        quadro |= {
            "cartoes": [
                acuracia_texto.cartao(h, medida, endereco.com(horizonte=h), h == horizonte)
                for h, medida in medidas.items()
            ],
            "grafico": acuracia_grafico.horizontes(medidas),
            "antes": horizonte_por_extenso(horizonte),
        }
        return quadro if produto else quadro | self._tabelas(form, endereco)

    def _tabelas(self, form: Filtros, endereco: Endereco) -> dict:
        produtos = form.produtos()
        ordenados = acuracia_tabela.ordenar(produtos, form.ordem)
        por_linha = acuracia_tabela.ordenar(acuracia.por_linha(produtos), form.ordem)
        pagina = Paginator(ordenados, TAMANHO).get_page(self.request.GET.get("page"))
        return {
            "total": contar(len(ordenados), "produto", "produtos"),
            "colunas": acuracia_texto.colunas(form.ordem, endereco),
            "linhas": [
                {"nome": linha or "Sem linha de produção", "medidas": acuracia_texto.medidas(dela)}
                for linha, dela in por_linha
            ],
            "produtos": [
                acuracia_texto.produto(produto, endereco.com(produto=produto.cod_produto))
                for produto in acuracia_tabela.produtos(pagina.object_list)
            ],
            "paginas": paginas(pagina, endereco),
            "arquivos": [
                (formato.upper(), f"{reverse(f'admin:{NOME}_arquivo', args=[formato])}?{endereco.consulta}")
                for formato in acuracia_tabela.FORMATOS
            ],
        }

    def _produto(self, cod: str, form: Filtros) -> dict:
        horizonte, (de, ate) = form.cleaned_data["horizonte"], form.periodo
        dias = [dia for dia in acuracia.dias_de(cod) if de <= dia.data <= ate]
        meses = [mes for mes in acuracia.meses_de(cod) if mes.horizonte == horizonte]
        destino = acuracia.unificados_em([cod]).get(cod)
        tem_pagina = self.request.user.has_perm(VER_PROJECOES)
        tem_pagina = tem_pagina and EstoqueProjecaoCache.objects.filter(pk=cod).exists()
        return {
            "cod": cod,
            "nome": acuracia.nomes_de([cod]).get(cod, ""),
            "link": reverse("admin:projecao_estoqueprojecaocache_change", args=[quote(cod)]) if tem_pagina else "",
            "destino": destino,
            "do_destino": Endereco(self.request.GET).com(produto=destino) if destino else "",
            "todos": Endereco(self.request.GET).sem("produto", cod),
            "grafico": acuracia_grafico.do_produto(dias, horizonte),
            "dias": acuracia_texto.dias(dias, horizonte),
            "titulos_dos_meses": acuracia_texto.MESES,
            "meses": [acuracia_texto.mes(mes) for mes in meses],
        }


def _periodo(form: Filtros) -> str:
    de, ate = form.periodo
    frase = f"Dias de {data_curta(de)} a {data_curta(ate)}."
    pedidos = form.cleaned_data["de"], form.cleaned_data["ate"]
    if any(pedido and pedido != usado for pedido, usado in zip(pedidos, form.periodo, strict=True)):
        frase += f" Dias com mais de {ajustes.HISTORICO_DIAS} dias só existem somados por mês, e entram por inteiro."
    return frase


def _espera() -> str:
    """When the first accuracy will be there: two nights after the first projection, of which one may be over."""
    if ProjecaoDiaria.objects.exists():
        return "A primeira acurácia aparece amanhã, quando o dia de ontem puder ser comparado com o que se projetou."
    return "Esta noite guarda-se a primeira projeção; a primeira acurácia aparece um dia depois."


def _ativos(form: Filtros, endereco: Endereco) -> list[dict]:
    dados, ativos = form.cleaned_data, []
    textos = {"busca": "Busca: {}", "linha_producao": "Linha: {}", "de": "De {}", "ate": "Até {}"}
    for nome, texto in {**textos, "produto": "Produto: {}"}.items():
        if valor := dados[nome]:
            mostrado = date_format(valor, "d/m/Y") if nome in ("de", "ate") else valor
            ativos.append({"texto": texto.format(mostrado), "sem": endereco.sem(nome, form.data[nome])})
    return ativos


class Arquivo(ArquivoDaLista):
    """Of the products."""

    pagina, filtros, formatos = Acuracia, Filtros, acuracia_tabela.FORMATOS

    def gravar(self, formato, saida, form):
        grupos = acuracia_tabela.ordenar(form.produtos(), form.ordem)
        acuracia_tabela.gravar(formato, saida, grupos, form.cleaned_data["horizonte"])
