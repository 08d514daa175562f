"""The form of one pre-separation in its order's workspace: what it asks, what it warns of, and what it did."""

from datetime import date, timedelta
from decimal import Decimal

from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils.formats import date_format
from unfold.widgets import INPUT_CLASSES

from carteira import situacao
from carteira.models import PreSeparacaoItem
from projecao.admin.base import CampoNumerico, data_curta, numero
from projecao.conf import hoje

ULTIMO_DIA = timedelta(days=28)
ENTRADA = " ".join(INPUT_CLASSES)


def _data(rotulo: str) -> forms.DateField:
    return forms.DateField(
        label=rotulo,
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput({"type": "date", "class": ENTRADA}, format="%Y-%m-%d"),
        error_messages={"invalid": "Esta data não existe. Escreva dia, mês e ano, como em 27/11/2026."},
    )


class FormularioDePreSeparacao(forms.ModelForm):
    qtd_selecionada_usuario = CampoNumerico(
        label="Quantidade",
        max_digits=15,
        decimal_places=3,
        widget=forms.TextInput({"class": ENTRADA}),
        error_messages={"required": "Escreva a quantidade.", "invalid": "Escreva um número, como 500 ou 1.489,5."},
    )
    data_expedicao_editada = _data("Expedição")
    data_agendamento_editada = _data("Agendamento")

    class Meta:
        model = PreSeparacaoItem
        fields = (
            "qtd_selecionada_usuario",
            "data_expedicao_editada",
            "data_agendamento_editada",
            "protocolo_editado",
            "observacoes_usuario",
        )
        labels = {"protocolo_editado": "Protocolo", "observacoes_usuario": "Observações"}
        widgets = {
            "protocolo_editado": forms.TextInput({"class": ENTRADA, "autocomplete": "off"}),
            "observacoes_usuario": forms.Textarea({"class": ENTRADA, "rows": 2}),
        }

    def __init__(self, *args, **kwargs):
        # The page says what is missing, in its own words; not the browser in those of its language.
        super().__init__(*args, use_required_attribute=False, label_suffix="", **kwargs)

    def clean_qtd_selecionada_usuario(self):
        quantidade = self.cleaned_data["qtd_selecionada_usuario"]
        if quantidade <= 0:
            raise forms.ValidationError("A quantidade deve ser maior que zero. Para desistir dela, exclua-a.")
        return quantidade


def frase(pre: PreSeparacaoItem) -> str:
    """120 para qui, 26/11."""
    quando = f"para {por_extenso(pre.data_expedicao_editada)}" if pre.data_expedicao_editada else "sem data"
    return f"{numero(pre.qtd_selecionada_usuario)} {quando}"


def por_extenso(data: date) -> str:
    """Qui, 26/11; with its year where it is not of the days around."""
    return date_format(data, "D, d/m" if abs(data - hoje()) < timedelta(days=180) else "D, d/m/Y").lower()


def avisos(pre: PreSeparacaoItem) -> list[str]:
    """What is allowed, and perhaps not what he meant."""
    expedicao, agendamento, dia = pre.data_expedicao_editada, pre.data_agendamento_editada, hoje()
    if expedicao is None:
        return ["Sem data de expedição, ela não sai em nenhum dia da projeção."]
    escritos = []
    if expedicao < dia:
        escritos.append(f"{data_curta(expedicao)} já passou: a pré-separação conta hoje, como atrasada.")
    elif expedicao > dia + ULTIMO_DIA:
        escritos.append(f"{data_curta(expedicao)} está além dos 29 dias: por enquanto ela não conta na projeção.")
    if agendamento and agendamento < expedicao:
        escritos.append("O agendamento é anterior à expedição.")
    return escritos


def quem_alterou(pre: PreSeparacaoItem) -> str:
    """Maria às 14:32; "" if the last change came by no screen."""
    registro = (
        LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(pre), object_id=str(pre.pk))
        .select_related("user")
        .first()
    )
    return f"{registro.user} em {data_curta(registro.action_time)}" if registro else ""


# What a change does


NUMEROS = {
    "qtd_pre_separada": "Pré-separada",
    "expedicao": "Expedição",
    "estoque_na_expedicao": "Estoque na expedição",
    "menor_estoque_7d": "Est.Min.D+7",
    "data_disponivel": "Disponível",
    "data_disponivel_firme": "Data firme",
    "status_ruptura": "Status do produto",
}
SEM_ITEM = "–"


def diferencas(antes: dict | None, depois: dict | None, cod: str) -> list[dict]:
    """The figures of the item `cod`, and the order's own, that a change moved: rotulo, antes, depois."""
    linhas = [
        {"rotulo": rotulo, "antes": velho, "depois": novo}
        for (rotulo, velho), (_, novo) in zip(_numeros(antes, cod), _numeros(depois, cod), strict=True)
    ]
    return [linha for linha in linhas if linha["antes"] != linha["depois"]]


def _numeros(dados: dict | None, cod: str):
    item = next((item for item in dados["itens"] if item["cod_produto"] == cod), None) if dados else None
    yield "Situação", situacao.do_item(item, hoje()).texto if item else SEM_ITEM
    for nome, rotulo in NUMEROS.items():
        yield rotulo, _escrito(item[nome]) if item else SEM_ITEM
    yield "Pedido inteiro", _escrito(dados["data_completa"]) if dados else SEM_ITEM


def _escrito(valor) -> str:
    if valor is None:
        return "nenhuma"
    if isinstance(valor, Decimal):
        return numero(valor)
    return por_extenso(valor) if isinstance(valor, date) else str(valor)


def em_palavras(mudancas: list[dict]) -> str:
    if not mudancas:
        return "Nenhum outro número do pedido mudou."
    return "; ".join(f"{m['rotulo']} {m['depois']} (antes {m['antes']})" for m in mudancas) + "."
