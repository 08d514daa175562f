import base64
import secrets
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from projecao.models.alerta import EventoDeRuptura
from projecao.models.campos import CodigoField, autor

ROTACAO = timedelta(hours=24)
"""For so long the secret that was replaced still signs too: the receiver changes his in his own time."""


def novo_segredo() -> str:
    """As Standard Webhooks writes one: 32 random bytes."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


class DestinoWebhook(models.Model):
    """An address that is told of ruptures. A filter that is empty lets everything through."""

    nome = models.CharField("nome", max_length=80)
    # No URLField: it takes no name of one word (http://erp:8080), which an installation may vouch for. `rede` decides.
    endereco = models.CharField("endereço", max_length=500, help_text="https, e de um servidor público.")
    eventos = models.JSONField("eventos", default=list, blank=True)
    status = models.JSONField("status", default=list, blank=True)
    produtos = models.JSONField("produtos", default=list, blank=True)
    ativo = models.BooleanField("ativo", default=True)
    motivo_desativacao = models.CharField(
        "por que foi desativado", max_length=200, blank=True, default="", editable=False
    )
    segredo = models.CharField("segredo", max_length=80, default=novo_segredo, editable=False)
    segredo_anterior = models.CharField("segredo anterior", max_length=80, blank=True, default="", editable=False)
    segredo_anterior_ate = models.DateTimeField("segredo anterior vale até", null=True, blank=True, editable=False)
    criado_por = autor("criado por")
    criado_em = models.DateTimeField("criado em", auto_now_add=True)

    class Meta:
        verbose_name = "destino de webhooks"
        verbose_name_plural = "destinos de webhooks"
        ordering = ["nome", "id"]

    def __str__(self):
        return self.nome

    def quer(self, evento: EventoDeRuptura) -> bool:
        return (
            (not self.eventos or evento.tipo in self.eventos)
            and (not self.produtos or evento.cod_produto in self.produtos)
            # What a product leaves counts as well as what it becomes: who asked for the critical ones hears of the end.
            and (not self.status or not {evento.status_anterior, evento.status_ruptura}.isdisjoint(self.status))
        )

    def segredos(self, agora: datetime) -> list[str]:
        """Those that sign now, the current one first."""
        if self.segredo_anterior and self.segredo_anterior_ate and self.segredo_anterior_ate > agora:
            return [self.segredo, self.segredo_anterior]
        return [self.segredo]

    def trocar_segredo(self) -> str:
        self.segredo_anterior, self.segredo_anterior_ate = self.segredo, timezone.now() + ROTACAO
        self.segredo = novo_segredo()
        self.save(update_fields=["segredo", "segredo_anterior", "segredo_anterior_ate"])
        return self.segredo


class EntregaWebhook(models.Model):
    """An event that one destination must be told of: at least once, under one `webhook-id`, in order per product."""

    class Estado(models.TextChoices):
        PENDENTE = "pendente", "Por entregar"
        ENTREGUE = "entregue", "Entregue"
        DESISTIU = "desistiu", "Não entregue"
        CANCELADA = "cancelada", "Cancelada"

    destino = models.ForeignKey(DestinoWebhook, models.CASCADE, related_name="entregas", verbose_name="destino")
    evento = models.ForeignKey(EventoDeRuptura, models.CASCADE, related_name="entregas", verbose_name="evento")
    cod_produto = CodigoField()
    estado = models.CharField("situação", max_length=10, choices=Estado, default=Estado.PENDENTE)
    tentativas = models.PositiveSmallIntegerField("tentativas", default=0)
    proxima_em = models.DateTimeField("próxima tentativa", null=True, blank=True)
    tomada_ate = models.DateTimeField("em entrega até", null=True, blank=True)
    """A worker is at it. If it dies, another may after this."""
    registro = models.JSONField("registro das tentativas", default=list)
    """[{"em", "status", "resposta", "erro", "ms"}], oldest first."""
    criada_em = models.DateTimeField("criada em", auto_now_add=True)
    entregue_em = models.DateTimeField("entregue em", null=True, blank=True)

    class Meta:
        verbose_name = "entrega de webhook"
        verbose_name_plural = "entregas de webhooks"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["destino", "evento"], name="entrega_unica")]
        indexes = [
            models.Index(
                fields=["destino", "cod_produto", "id"], condition=Q(estado="pendente"), name="entrega_em_ordem"
            ),
            models.Index(fields=["proxima_em"], condition=Q(estado="pendente"), name="entrega_pendente"),
        ]

    def __str__(self):
        return f"{self.evento} → {self.destino}"

    @property
    def id_da_mensagem(self) -> str:
        """`webhook-id`: the same at every attempt, so that the receiver knows what he already has."""
        return f"msg_{self.evento_id}_{self.destino_id}"
