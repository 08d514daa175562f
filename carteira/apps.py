from django.apps import AppConfig


class CarteiraConfig(AppConfig):
    name = "carteira"
    verbose_name = "Carteira de pedidos"

    def ready(self):
        from carteira import signals

        signals.conectar()
