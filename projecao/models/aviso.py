from django.conf import settings
from django.db import models
from django.db.models import Q

from projecao.models.alerta import EventoDeRuptura, Status
from projecao.models.campos import CodigoField


class Frequencia(models.TextChoices):
    NA_HORA = "na_hora", "Na hora"
    DIARIA = "diaria", "Uma vez por dia"


class Acompanhamento(models.Model):
    """A person who wants to hear of ruptures by e-mail: of one product or all, of one status or any."""

    usuario = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="usuário", editable=False
    )
    cod_produto = CodigoField("produto", blank=True, default="", help_text="Vazio: todos os produtos.")
    status = models.CharField(
        "status", max_length=10, choices=Status, blank=True, default="", help_text="Vazio: qualquer mudança."
    )
    frequencia = models.CharField("quando", max_length=10, choices=Frequencia, default=Frequencia.NA_HORA)

    class Meta:
        verbose_name = "acompanhamento por e-mail"
        verbose_name_plural = "acompanhamentos por e-mail"
        ordering = ["usuario", "cod_produto", "status"]
        constraints = [
            models.UniqueConstraint(fields=["usuario", "cod_produto", "status"], name="acompanhamento_unico")
        ]

    def __str__(self):
        return f"{self.cod_produto or 'Todos os produtos'}, {self.get_status_display() or 'qualquer mudança'}"

    def quer(self, evento: EventoDeRuptura) -> bool:
        # What a product leaves counts too: who follows the critical ones hears when one is critical no more.
        return (not self.cod_produto or self.cod_produto == evento.cod_produto) and (
            not self.status or self.status in (evento.status_anterior, evento.status_ruptura)
        )


class AvisoPorEmail(models.Model):
    """An event that a person must be written of: once, whatever number of his followings ask for it."""

    usuario = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="usuário")
    evento = models.ForeignKey(EventoDeRuptura, models.CASCADE, related_name="+", verbose_name="evento")
    frequencia = models.CharField("quando", max_length=10, choices=Frequencia)
    tentativas = models.PositiveSmallIntegerField("tentativas", default=0)
    proxima_em = models.DateTimeField("a partir de")
    """Not before this is it sent; also the end of the lease of a worker that is at it."""
    enviado_em = models.DateTimeField("enviado em", null=True, blank=True)
    erro = models.TextField("erro", blank=True, default="")

    class Meta:
        verbose_name = "aviso por e-mail"
        verbose_name_plural = "avisos por e-mail"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["usuario", "evento"], name="aviso_unico")]
        indexes = [models.Index(fields=["proxima_em"], condition=Q(enviado_em=None), name="aviso_por_enviar")]

    def __str__(self):
        return f"{self.evento} → {self.usuario}"
