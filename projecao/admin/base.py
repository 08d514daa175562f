"""What the screens of every app share: how numbers, dates, names and states look in a list, and read-only models."""

from datetime import datetime
from decimal import Decimal

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from unfold.admin import ModelAdmin

VAZIO = "-"


def numero(valor: Decimal | None, casas: int | None = None) -> str:
    """1.234,5: thousands grouped, and no zeros that say nothing (unless `casas` asks for them)."""
    if valor is None:
        return VAZIO
    if casas is None and valor == valor.to_integral_value():
        casas = 0
    return number_format(valor if casas is not None else valor.normalize(), casas, force_grouping=True)


def data_curta(valor) -> str:
    """24/11/2026, and 24/11/2026 08:43 for a moment."""
    if valor is None:
        return VAZIO
    if isinstance(valor, datetime):
        return date_format(timezone.localtime(valor), "d/m/Y H:i")
    return date_format(valor, "d/m/Y")


def nome_largo(valor: str) -> str:
    """A name that may wrap, but not word by word."""
    return format_html('<span style="display: inline-block; min-width: 12rem">{}</span>', valor) if valor else VAZIO


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
    return _coluna(campo, titulo, lambda valor: numero(valor, casas))


def coluna_de_data(campo: str, titulo: str):
    return _coluna(campo, titulo, data_curta)


def coluna_de_nome(campo: str, titulo: str):
    return _coluna(campo, titulo, nome_largo)


class TelaAdmin(ModelAdmin):
    """Defaults for tables that grow: pages of 50, and no count of the whole table beside a filtered one."""

    list_per_page = 50
    show_full_result_count = False
    list_filter_submit = True
    list_fullwidth = True
    compressed_fields = True
    warn_unsaved_form = True


class SomenteLeitura(TelaAdmin):
    """Rows that only the system writes. They may be looked at, by permission."""

    warn_unsaved_form = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
