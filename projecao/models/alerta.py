from django.db import models
from django.db.models import Q

from projecao.alertas import bordas
from projecao.models.campos import CodigoField
from projecao.models.projecao import EstoqueProjecaoCache

Status = EstoqueProjecaoCache.Status


class EventoDeRuptura(models.Model):
    """An edge of a product's rupture, stored in the transaction that stored the row which shows it.

    It is told to nobody before `vale_em`: until then the product may come back to what it was, which annuls it, or move
    on, which replaces it. `projecao.alertas.distribuicao` makes of it what others get.
    """

    class Tipo(models.TextChoices):
        DETECTADA = bordas.DETECTADA, "Ruptura detectada"
        MUDOU = bordas.MUDOU, "Ruptura mudou de dia"
        ATENCAO = bordas.ATENCAO, "Atenção"
        RESOLVIDA = bordas.RESOLVIDA, "Ruptura resolvida"

    class Estado(models.TextChoices):
        PENDENTE = "pendente", "Aguardando"
        DISTRIBUIDO = "distribuido", "Distribuído"
        ANULADO = "anulado", "Anulado"

    tipo = models.CharField("evento", max_length=20, choices=Tipo)
    cod_produto = CodigoField()
    nome_produto = models.CharField("nome", max_length=255, blank=True, default="")
    status_anterior = models.CharField("status anterior", max_length=10, choices=Status)
    dia_anterior = models.DateField("ruptura anterior", null=True, blank=True)
    status_ruptura = models.CharField("status", max_length=10, choices=Status)
    dia_ruptura = models.DateField("ruptura", null=True, blank=True)
    dados = models.JSONField("dados", default=dict)
    """The figures of that moment, as the API shapes them: what is told of the event, at every attempt."""
    criado_em = models.DateTimeField("criado em")
    vale_em = models.DateTimeField("vale a partir de")
    estado = models.CharField("situação", max_length=12, choices=Estado, default=Estado.PENDENTE)

    class Meta:
        verbose_name = "evento de ruptura"
        verbose_name_plural = "eventos de ruptura"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["cod_produto", "-id"], name="evento_do_produto"),
            models.Index(fields=["vale_em"], condition=Q(estado="pendente"), name="evento_pendente"),
        ]

    def __str__(self):
        return f"{self.get_tipo_display()}: {self.cod_produto}"

    @property
    def de(self) -> bordas.Situacao:
        return bordas.Situacao(self.status_anterior, self.dia_anterior)

    @property
    def para(self) -> bordas.Situacao:
        return bordas.Situacao(self.status_ruptura, self.dia_ruptura)
