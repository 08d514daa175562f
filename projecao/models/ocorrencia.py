from django.conf import settings
from django.db import models
from django.db.models import Q

from projecao.models.alerta import EventoDeRuptura
from projecao.models.campos import CodigoField


class Ocorrencia(models.Model):
    """A product's rupture as work for a planner. One a product: a rupture that comes back reopens it, with its past.

    Changed only by `projecao.alertas.ocorrencias`, which keeps who did what and when.
    """

    class Estado(models.TextChoices):
        ABERTA = "aberta", "Aberta"
        EM_ANDAMENTO = "em_andamento", "Em andamento"
        ADIADA = "adiada", "Adiada"
        FECHADA = "fechada", "Fechada"

    cod_produto = CodigoField(unique=True)
    nome_produto = models.CharField("nome", max_length=255, blank=True, default="")
    estado = models.CharField("situação", max_length=12, choices=Estado, default=Estado.ABERTA)
    evento = models.ForeignKey(
        EventoDeRuptura, models.SET_NULL, null=True, related_name="+", verbose_name="último evento"
    )
    responsavel = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="responsável"
    )
    adiada_ate = models.DateField("adiada até", null=True, blank=True)
    aberta_em = models.DateTimeField("aberta em")
    fechada_em = models.DateTimeField("fechada em", null=True, blank=True)
    vezes = models.PositiveIntegerField("vezes que abriu", default=1)

    class Meta:
        verbose_name = "ocorrência de ruptura"
        verbose_name_plural = "ocorrências de ruptura"
        ordering = ["-aberta_em", "-id"]
        permissions = [("tratar_ocorrencia", "Pode tratar ocorrências de ruptura")]
        indexes = [
            models.Index(fields=["estado", "-aberta_em"], name="ocorrencia_por_estado"),
            models.Index(fields=["adiada_ate"], condition=Q(estado="adiada"), name="ocorrencia_adiada"),
        ]

    def __str__(self):
        return self.cod_produto


class RegistroDeOcorrencia(models.Model):
    """Who did what to an item, and when. Rows are only added."""

    class Acao(models.TextChoices):
        ABRIU = "abriu", "Abriu"
        REABRIU = "reabriu", "Reabriu"
        MUDOU = "mudou", "A ruptura mudou"
        ASSUMIU = "assumiu", "Assumiu"
        LIBEROU = "liberou", "Liberou"
        COMENTOU = "comentou", "Comentou"
        ADIOU = "adiou", "Adiou"
        RETOMOU = "retomou", "Retomou"
        FECHOU = "fechou", "Fechou"

    ocorrencia = models.ForeignKey(Ocorrencia, models.CASCADE, related_name="registros", verbose_name="ocorrência")
    acao = models.CharField("ação", max_length=10, choices=Acao)
    usuario = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="usuário"
    )
    """None: the system."""
    texto = models.TextField("texto", blank=True, default="")
    em = models.DateTimeField("em", auto_now_add=True)

    class Meta:
        verbose_name = "registro de ocorrência"
        verbose_name_plural = "registros de ocorrências"
        ordering = ["id"]

    def __str__(self):
        return f"{self.get_acao_display()} {self.ocorrencia_id}"
