"""What the screens of every app share: how numbers, dates, names and states look, how numbers are typed, and
read-only models."""

import re
from datetime import datetime
from decimal import Decimal

from django import forms
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RangeNumericFilter
from unfold.widgets import INPUT_CLASSES, UnfoldAdminTextInputWidget

from projecao.importacao.valores import AGRUPADO, COM_VIRGULA
from projecao.models.busca import simplificar
from projecao.unidades import em_portugues, inteiro

VAZIO = "-"
DIGITOS_DE_UMA_CHAVE = 19
"""Of a bigint. More would be no key, and thousands of them would be an error of int()."""
ANO = re.compile(r"[1-9]\d{3}", re.ASCII)
INTEIRO = re.compile(r"[+-]?\d+", re.ASCII)
PONTO_AMBIGUO = "Escreva os decimais com vírgula, como em 12,5: o ponto só separa milhares, como em 1.489."


def chave(texto: str) -> int | None:
    """The key of a row, as an address or a form says it; None for what can be none."""
    return int(texto) if texto.isdecimal() and len(texto) <= DIGITOS_DE_UMA_CHAVE else None


def numero(valor: Decimal | None, casas: int | None = None) -> str:
    """1.234,5: thousands grouped, and no zeros that say nothing (unless `casas` asks for them)."""
    if valor is None:
        return VAZIO
    return em_portugues(valor) if casas is None else number_format(valor, casas, force_grouping=True)


def data_curta(valor) -> str:
    """24/11/2026, and 24/11/2026 08:43 for a moment."""
    if valor is None:
        return VAZIO
    if isinstance(valor, datetime):
        return date_format(timezone.localtime(valor), "d/m/Y H:i")
    return date_format(valor, "d/m/Y")


def nome_largo(valor: str) -> str:
    """A name that may wrap, but not word by word."""
    return format_html('<span class="nome-largo">{}</span>', valor) if valor else VAZIO


def rotulo(texto: str, cor: str = "") -> str:
    """unfold's coloured label. `cor` is one of its variants: info, success, warning, danger, primary."""
    return render_to_string("unfold/helpers/label.html", {"text": texto, "type": cor})


def _coluna(campo: str, titulo: str, mostrar):
    def coluna(obj):
        return mostrar(getattr(obj, campo))

    coluna.__name__ = campo
    coluna.short_description = titulo
    coluna.admin_order_field = campo
    return coluna


def coluna_numerica(campo: str, titulo: str, casas: int | None = None):
    """A sortable column of a quantity, for lists and for read-only pages."""
    coluna = _coluna(campo, titulo, lambda valor: numero(valor, casas))
    coluna.__name__ = f"numero_{campo}"  # a list's cells are classed by it: estoque_site/admin.css aligns them
    return coluna


def coluna_inteira(campo: str, titulo: str):
    coluna = _coluna(campo, titulo, inteiro)
    coluna.__name__ = f"numero_{campo}"
    return coluna


def coluna_de_data(campo: str, titulo: str):
    return _coluna(campo, titulo, data_curta)


def coluna_de_nome(campo: str, titulo: str):
    return _coluna(campo, titulo, nome_largo)


def redirecionar(request, endereco: str) -> HttpResponse:
    """Also out of unfold's dialogs: htmx posts them, and would put the page of a plain redirect inside."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": endereco})
    return HttpResponseRedirect(endereco)


class CampoNumerico(forms.DecimalField):
    """A number as Brazilians type it, in a text input: 1.489,5.

    The browser's own number input drops the comma of 12,5. Django's localized parsing drops dots that group
    nothing (0.500 is 500 to it, and 1.2.3 is 123), so what is not plainly Brazilian is refused here instead.
    """

    widget = forms.TextInput

    def to_python(self, value):
        if not isinstance(value, str):
            return super().to_python(value)
        escrito = value.strip()
        if escrito and not any(forma.fullmatch(escrito) for forma in (INTEIRO, AGRUPADO, COM_VIRGULA)):
            mensagem = PONTO_AMBIGUO if "." in escrito else self.error_messages["invalid"]
            raise ValidationError(mensagem, code="invalid")
        return super().to_python(escrito.replace(".", "").replace(",", "."))

    def prepare_value(self, value):
        return numero(Decimal(value)) if isinstance(value, Decimal | int) else value

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "inputmode": "decimal", "autocomplete": "off"}


class FaixaNumerica(forms.Form):
    """The two ends of a `FaixaNumericaFilter`. Its shape is that of unfold's own form."""

    def __init__(self, campo: models.DecimalField, nome: str, data):
        super().__init__(data)
        limites = {"max_digits": campo.max_digits, "decimal_places": campo.decimal_places}
        for fim, dica in (("from", "De"), ("to", "Até")):
            entrada = forms.TextInput({"placeholder": dica, "class": " ".join(INPUT_CLASSES)})
            self.fields[f"{nome}_{fim}"] = CampoNumerico(label="", required=False, widget=entrada, **limites)


class FaixaNumericaFilter(RangeNumericFilter):
    """unfold's filter of two numbers, which are typed as they are in the forms. What cannot be read finds nothing."""

    def faixa(self):
        return FaixaNumerica(self.field, self.parameter_name, self.used_parameters)

    def queryset(self, request, queryset):
        faixa = self.faixa()
        if not faixa.is_valid():
            return queryset.none()
        inicio, fim = (faixa.cleaned_data[nome] for nome in self.expected_parameters())
        if inicio is not None:
            queryset = queryset.filter(**{f"{self.field_path}__gte": inicio})
        if fim is not None:
            queryset = queryset.filter(**{f"{self.field_path}__lte": fim})
        return queryset

    def choices(self, changelist):
        yield {"request": self.request, "parameter_name": self.parameter_name, "form": self.faixa()}


class ComBuscaSimples:
    """For admins that search `Produto.busca`: no accents nor capitals needed."""

    def get_search_results(self, request, queryset, search_term):
        return super().get_search_results(request, queryset, simplificar(search_term))


class TelaAdmin(ModelAdmin):
    """Defaults for tables that grow: pages of 50, and no count of the whole table beside a filtered one."""

    formfield_overrides = {models.DecimalField: {"form_class": CampoNumerico, "widget": UnfoldAdminTextInputWidget}}
    list_per_page = 50
    show_full_result_count = False
    list_filter_submit = True
    list_fullwidth = True
    compressed_fields = True
    warn_unsaved_form = True

    def get_changelist_instance(self, request):
        # What would be an error of the database, or of the calendar: Django minds neither.
        anos = [valor for campo, valor in request.GET.items() if campo.endswith("__year")]
        if "%00" in request.GET.urlencode() or not all(ANO.fullmatch(ano) for ano in anos):
            raise IncorrectLookupParameters
        return super().get_changelist_instance(request)


class SomenteLeitura(TelaAdmin):
    """Rows that only the system writes. They may be looked at, by permission."""

    warn_unsaved_form = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
