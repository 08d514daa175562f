from django.apps import AppConfig


class EstoqueSiteConfig(AppConfig):
    """The composition root: the only app that names every other."""

    name = "estoque_site"
    verbose_name = "Instalação"

    def ready(self):
        from estoque_site import rastro, sinais_de_vida

        rastro.conectar()
        sinais_de_vida.conectar()
