from django.apps import AppConfig


class EstoqueSiteConfig(AppConfig):
    """The composition root: the only app that names every other."""

    name = "estoque_site"
    verbose_name = "Instalação"
