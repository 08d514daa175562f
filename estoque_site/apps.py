from django.apps import AppConfig


class EstoqueSiteConfig(AppConfig):
    """The composition root: the only app that names every other."""

    name = "estoque_site"
    verbose_name = "Instalação"

    def ready(self):
        from django.conf import settings

        from estoque_site import rastro, sinais_de_vida

        rastro.conectar()
        sinais_de_vida.conectar()
        if settings.TRACOS:
            from estoque_site import tracos

            tracos.conectar()
