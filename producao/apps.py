from django.apps import AppConfig


class ProducaoConfig(AppConfig):
    name = "producao"
    verbose_name = "Produção"

    def ready(self):
        from producao import signals

        signals.conectar()
