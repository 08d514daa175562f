from django.db import models
from django.utils import timezone

from projecao.models.campos import CodigoField


class RecalculoPendente(models.Model):
    """One mark of the durable queue: append-only, committed with its cause, deleted with its result.

    A product may have many marks. One that failed keeps its marks, with the reason and the time of the next try.
    """

    cod_produto = CodigoField()
    motivo = models.CharField("motivo", max_length=60)
    criado_em = models.DateTimeField("criado em", default=timezone.now)
    tentativas = models.PositiveIntegerField("tentativas", default=0)
    disponivel_em = models.DateTimeField("próxima tentativa", null=True, blank=True)
    erro = models.TextField("erro", blank=True, default="")

    class Meta:
        verbose_name = "recálculo pendente"
        verbose_name_plural = "recálculos pendentes"
        ordering = ["id"]
        # Not `db_index`, which on PostgreSQL gives a text column a second index for LIKE: marks come and go.
        indexes = [models.Index(fields=["cod_produto"], name="pendente_produto")]

    def __str__(self):
        return f"{self.cod_produto} ({self.motivo})"


class EstadoInterno(models.Model):
    """Single facts that all processes share and that must outlive Redis.

    `sino`: 1 while a bell is waiting for a worker. `memoria`: the generation of the memory tier's keys.
    `unificacao`: the row that serialises changes of unifications. `importacao:<tipo>`: that of imports of one kind;
    `trabalho:<tipo>`: that of asking for work of one kind. `batimento`: when background work was last seen at work.
    `entregas`: 1 while a worker delivers webhooks.
    """

    class Nome(models.TextChoices):
        SINO = "sino"
        MEMORIA = "memoria"
        UNIFICACAO = "unificacao"
        BATIMENTO = "batimento"
        ENTREGAS = "entregas"

    nome = models.CharField(primary_key=True, max_length=30)
    valor = models.BigIntegerField(default=0)
    em = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "estado interno"
        verbose_name_plural = "estado interno"

    def __str__(self):
        return f"{self.nome}={self.valor}"


class ExecucaoJob(models.Model):
    """A run of a background job, whoever started it (schedule, bell or shell)."""

    nome = models.CharField("job", max_length=60)
    inicio = models.DateTimeField("início")
    duracao_ms = models.FloatField("duração (ms)", default=0)
    produtos = models.PositiveIntegerField("produtos", default=0)
    falhas = models.PositiveIntegerField("falhas", default=0)
    erro = models.TextField("erro", blank=True, default="")

    class Meta:
        verbose_name = "execução de job"
        verbose_name_plural = "execuções de jobs"
        ordering = ["-id"]
        indexes = [models.Index(fields=["nome", "-id"], name="execucao_ultima")]

    def __str__(self):
        return f"{self.nome} {timezone.localtime(self.inicio):%d/%m/%Y %H:%M:%S}"
