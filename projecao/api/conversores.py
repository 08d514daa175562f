from django.urls import register_converter
from django.urls.converters import get_converters


class Codigo:
    """A code or order number: any characters that a URL can quote, slashes and line ends among them."""

    regex = r"[^\x00]+"

    def to_python(self, value):
        return value

    def to_url(self, value):
        return str(value)


def registrar() -> None:
    if "codigo" not in get_converters():
        register_converter(Codigo, "codigo")
