from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class ProjecaoConfig(AppConfig):
    name = "projecao"
    verbose_name = "Estoque projetado"

    def ready(self):
        from projecao import banco, checks, fila, signals, tasks

        checks.registrar()
        signals.conectar()
        connection_created.connect(banco.ampliar_limite_de_parametros, dispatch_uid="projecao.limite")
        post_migrate.connect(fila.preparar, sender=self, dispatch_uid="projecao.fila")
        post_migrate.connect(tasks.ao_migrar, sender=self, dispatch_uid="projecao.agenda")
