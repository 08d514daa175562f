"""The worklist: what planners take, snooze and close, many at once; and the page of one item, with its history.

Nobody edits a row: what people do goes through `alertas.ocorrencias.tratar`, which leaves a record of each.
"""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import DataError
from django.http import Http404, HttpResponseBadRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from unfold.contrib.filters.admin import ChoicesCheckboxFilter, RangeDateTimeFilter
from unfold.decorators import display
from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES

from projecao import avisos, banco, consulta, vivo
from projecao.admin import ocorrencias_celulas
from projecao.admin.base import SomenteLeitura, chave, coluna_de_data, data_curta
from projecao.admin.pagina import Pagina
from projecao.admin.portfolio import Endereco, paginas
from projecao.alertas import lista, ocorrencias
from projecao.models import EstoqueProjecaoCache, Ocorrencia, RegistroDeOcorrencia
from projecao.unidades import contar

VER, TRATAR = "projecao.view_ocorrencia", "projecao.tratar_ocorrencia"
LISTA = "admin:projecao_ocorrencia_changelist"
POR_PAGINA = 50
TODAS_DE_UMA_VEZ = ("assumir", "adiar", "fechar")
TEXTO_MAXIMO = 2000
SITUACOES = {
    "": ("Abertas e minhas", {"para_mim": True}),
    "abertas": ("Todas as abertas", {"estados": lista.ABERTAS}),
    "adiadas": ("Adiadas", {"estados": [Ocorrencia.Estado.ADIADA]}),
    "fechadas": ("Fechadas", {"estados": [Ocorrencia.Estado.FECHADA]}),
    "todas": ("Todas", {}),
}
RESPONSAVEIS = [("", "Todos"), (lista.EU, "Eu"), (lista.NINGUEM, "Ninguém")]
FEITAS = {
    "assumir": ("ocorrência assumida", "ocorrências assumidas"),
    "liberar": ("ocorrência liberada", "ocorrências liberadas"),
    "comentar": ("comentário guardado", "comentários guardados"),
    "adiar": ("ocorrência adiada", "ocorrências adiadas"),
    "retomar": ("ocorrência retomada", "ocorrências retomadas"),
    "fechar": ("ocorrência fechada", "ocorrências fechadas"),
    "reabrir": ("ocorrência reaberta", "ocorrências reabertas"),
}
DATA_IMPOSSIVEL = "Esta data não existe. Escreva dia, mês e ano, como em 27/11/2026."
_ENTRADA = " ".join(INPUT_CLASSES)


def _campo_de_data(rotulo: str) -> forms.DateField:
    return forms.DateField(
        label=rotulo,
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput({"type": "date", "class": _ENTRADA}, format="%Y-%m-%d"),
        error_messages={"invalid": DATA_IMPOSSIVEL},
    )


class Filtros(forms.Form):
    situacao = forms.ChoiceField(
        label="Situação",
        required=False,
        choices=[(valor, nome) for valor, (nome, _) in SITUACOES.items()],
        widget=forms.Select({"class": " ".join(SELECT_CLASSES)}),
        error_messages={"invalid_choice": "Não há a situação %(value)s."},
    )
    responsavel = forms.ChoiceField(
        label="Responsável",
        required=False,
        choices=RESPONSAVEIS,
        widget=forms.Select({"class": " ".join(SELECT_CLASSES)}),
        error_messages={"invalid_choice": "O responsável é eu, ninguém ou todos, e não %(value)s."},
    )
    busca = forms.CharField(
        label="Código ou nome",
        required=False,
        max_length=200,
        widget=forms.TextInput({"class": _ENTRADA, "type": "search"}),
        error_messages={"max_length": "A busca é longa demais."},
    )
    dia_ruptura_ate = _campo_de_data("Ruptura até")
    status_ruptura = forms.MultipleChoiceField(
        label="Status",
        required=False,
        choices=EstoqueProjecaoCache.Status.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Não há o status %(value)s."},
    )

    def __init__(self, data):
        super().__init__(data, auto_id="filtro-%s", label_suffix="", use_required_attribute=False)

    def filtro(self) -> lista.Filtro:
        dados = self.cleaned_data
        return lista.Filtro(
            responsavel=dados["responsavel"],
            status=dados["status_ruptura"],
            busca=dados["busca"],
            dia_ruptura_ate=dados["dia_ruptura_ate"],
            **SITUACOES[dados["situacao"]][1],
        )

    def ativos(self, endereco: Endereco) -> list[dict]:
        """The filters that are on: what each says, and the list without it."""
        dados, status = self.cleaned_data, EstoqueProjecaoCache.Status
        ativos = [("status_ruptura", valor, f"Status: {status(valor).label}") for valor in dados["status_ruptura"]]
        textos = {
            "situacao": SITUACOES[dados["situacao"]][0],
            "responsavel": f"Responsável: {dict(RESPONSAVEIS)[dados['responsavel']].lower()}",
            "busca": f"Busca: {dados['busca']}",
            "dia_ruptura_ate": f"Ruptura até {data_curta(dados['dia_ruptura_ate'])}",
        }
        ativos += [(nome, self.data[nome], texto) for nome, texto in textos.items() if dados[nome]]
        return [{"texto": texto, "sem": endereco.sem(nome, valor)} for nome, valor, texto in ativos]


class Pedido(forms.Form):
    """What somebody asks to be done with one item, or several."""

    acao = forms.ChoiceField(choices=[(verbo, verbo) for verbo in ocorrencias.VERBOS])
    texto = forms.CharField(
        required=False,
        max_length=TEXTO_MAXIMO,
        error_messages={"max_length": f"O comentário tem mais de {TEXTO_MAXIMO} letras."},
    )
    ate = _campo_de_data("Até")


class ComAcoes:
    """A page from which items are dealt with: the POST, for whoever may."""

    def post(self, request, *args, **kwargs):
        if not request.user.has_perm(TRATAR):
            raise PermissionDenied
        pedido = Pedido(request.POST)
        if not pedido.is_valid():
            if "acao" in pedido.errors:
                return HttpResponseBadRequest("Ação desconhecida.")
            for erros in pedido.errors.values():
                messages.error(request, " ".join(erros))
        else:
            self.tratar(pedido.cleaned_data)
        return HttpResponseRedirect(request.get_full_path())

    def fazer(self, pks: list[int], pedido: dict) -> None:
        feitas, recusas = 0, {}
        for pk in pks:
            try:
                ocorrencias.tratar(
                    pk, ocorrencias.VERBOS[pedido["acao"]], self.request.user, pedido["texto"], pedido["ate"]
                )
                feitas += 1
            except ocorrencias.AcaoImpossivel as erro:
                recusas.setdefault(str(erro), []).append(pk)
            except Ocorrencia.DoesNotExist:
                recusas.setdefault("Esta ocorrência não existe mais.", []).append(pk)
        if feitas:
            messages.success(self.request, f"{contar(feitas, *FEITAS[pedido['acao']])}.")
        cods = dict(Ocorrencia.objects.filter(pk__in=sum(recusas.values(), [])).values_list("pk", "cod_produto"))
        for frase, recusados in recusas.items():
            quais = ", ".join(cods.get(pk, str(pk)) for pk in recusados)
            messages.error(self.request, f"{frase} ({quais})" if len(pks) > 1 else frase)


class Ocorrencias(ComAcoes, Pagina):
    title = "Ocorrências"
    permission_required = VER
    template_name = "admin/projecao/ocorrencias/lista.html"

    def acompanhar(self):
        return vivo.regiao(avisar=True)  # there are boxes to be ticked

    def tratar(self, pedido):
        marcadas = map(chave, self.request.POST.getlist("item"))
        pks = [pk for pk in marcadas if pk is not None][:POR_PAGINA]
        if pedido["acao"] not in TODAS_DE_UMA_VEZ:
            messages.error(self.request, "Isto se faz na página da ocorrência.")
        elif not pks:
            messages.error(self.request, "Marque ao menos uma ocorrência.")
        else:
            self.fazer(pks, pedido)

    def get_context_data(self, **kwargs):
        return super().get_context_data(lista=self._lista(), **kwargs)

    def _lista(self) -> dict:
        form = Filtros(self.request.GET)
        quadro = {
            "form": form,
            "campos": [
                form[nome] for nome in ("situacao", "responsavel", "busca", "dia_ruptura_ate", "status_ruptura")
            ],
            "limpo": reverse(LISTA),
            "endereco": self.request.get_full_path(),
            "pode_tratar": self.request.user.has_perm(TRATAR),
            "agora": date_format(timezone.localtime(), "d/m/Y H:i"),
        }
        if not form.is_valid():
            return quadro | {"erros": [" ".join(erros) for erros in form.errors.values()]}
        try:
            with banco.leitura_consistente():
                return quadro | self._itens(form)
        except DataError:
            return quadro | {"falhou": True}

    def _itens(self, form: Filtros) -> dict:
        itens, endereco = lista.Lista(form.filtro(), self.request.user), Endereco(self.request.GET)
        pagina = Paginator(itens, POR_PAGINA).get_page(self.request.GET.get("page"))
        total = pagina.paginator.count
        esperam = itens.pendentes if itens.exata else consulta.contar_desatualizados()
        return {
            "aviso": "" if itens.exata else avisos.da_fila(esperam, False, 0, "os filtros e a ordem"),
            "total": contar(total, "ocorrência", "ocorrências"),
            "filtros": form.ativos(endereco),
            "linhas": ocorrencias_celulas.linhas(pagina.object_list),
            "paginas": paginas(pagina, endereco) if pagina.paginator.num_pages > 1 else None,
        }


class UmaOcorrencia(ComAcoes, Pagina):
    permission_required = VER
    template_name = "admin/projecao/ocorrencias/item.html"

    @property
    def item(self) -> Ocorrencia:
        item = Ocorrencia.objects.select_related("responsavel").filter(pk=self.kwargs["pk"]).first()
        if item is None:
            raise Http404
        return item

    def tratar(self, pedido):
        self.fazer([self.item.pk], pedido)

    def get_context_data(self, **kwargs):
        item = self.item
        self.title = f"Ocorrência: {item.cod_produto}"
        # The token first: what changes while the numbers are read must not go unseen.
        segue = self.request.user.has_perm(vivo.PERMISSAO)
        contexto = {"vivo": vivo.regiao([item.cod_produto])} if segue else {}
        try:
            contexto["item"] = ocorrencias_celulas.item(item, self.request.user.has_perm(TRATAR))
        except DataError:
            contexto["falhou"] = True
        return super().get_context_data(lista_url=reverse(LISTA), **contexto, **kwargs)


@admin.register(Ocorrencia)
class OcorrenciaAdmin(SomenteLeitura):
    def changelist_view(self, request, extra_context=None):
        return Ocorrencias.as_view(model_admin=self)(request)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        if not object_id.isdecimal():
            raise Http404
        return UmaOcorrencia.as_view(model_admin=self)(request, pk=int(object_id))


@admin.register(RegistroDeOcorrencia)
class RegistroDeOcorrenciaAdmin(SomenteLeitura):
    list_display = [coluna_de_data("em", "quando"), "produto", "acao", "quem", "texto"]
    list_filter = [("acao", ChoicesCheckboxFilter), ("em", RangeDateTimeFilter)]
    list_select_related = ["ocorrencia", "usuario"]
    search_fields = ["ocorrencia__cod_produto", "ocorrencia__nome_produto", "usuario__username", "texto"]
    search_help_text = "Código, nome, usuário ou texto"
    ordering = ["-id"]
    readonly_fields = ["produto", "quem"]
    fields = [("produto", "acao"), ("quem", "em"), "texto"]

    @display(description="produto", ordering="ocorrencia__cod_produto")
    def produto(self, registro):
        return f"{registro.ocorrencia.cod_produto} {registro.ocorrencia.nome_produto}".strip()

    @display(description="quem", ordering="usuario__username")
    def quem(self, registro):
        return str(registro.usuario) if registro.usuario else "Sistema"
