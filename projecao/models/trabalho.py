from django.db import models

from projecao.models.campos import autor


class Trabalho(models.Model):
    """Work that a person asked for and that a worker does: he may leave, and find its outcome later.

    Written only by `projecao.trabalhos`. How far a running one is stands in the cache (`projecao.andamento`): what
    its transaction writes, nobody else sees until it ends.
    """

    class Tipo(models.TextChoices):
        RECALCULAR = "recalcular", "Recálculo"
        CONFERIR_ESTOQUE = "conferir_estoque", "Conferência"
        CORRIGIR_ESTOQUE = "corrigir_estoque", "Correção"
        CONFERIR_ARQUIVO = "conferir_arquivo", "Conferência de arquivo"
        GRAVAR_ARQUIVO = "gravar_arquivo", "Importação de arquivo"

    class Estado(models.TextChoices):
        NA_FILA = "na_fila", "Na fila"
        EXECUTANDO = "executando", "Em execução"
        CONCLUIDO = "concluido", "Concluído"
        FALHOU = "falhou", "Não concluído"

    tipo = models.CharField("tipo", max_length=30, choices=Tipo)
    parametros = models.JSONField("parâmetros", default=dict, blank=True)
    estado = models.CharField("situação", max_length=12, choices=Estado, default=Estado.NA_FILA)
    tentativas = models.PositiveSmallIntegerField("tentativas", default=0)
    resultado = models.JSONField("resultado", null=True, blank=True)
    erro = models.TextField("erro", blank=True, default="")
    criado_por = autor("pedido por")
    criado_em = models.DateTimeField("pedido em", auto_now_add=True)
    iniciado_em = models.DateTimeField("iniciado em", null=True, blank=True)
    concluido_em = models.DateTimeField("concluído em", null=True, blank=True)

    class Meta:
        verbose_name = "trabalho"
        verbose_name_plural = "trabalhos"
        ordering = ["-id"]
        indexes = [
            # What a worker looks for, every 30 s: almost none of the rows.
            models.Index(
                fields=["estado", "id"],
                condition=models.Q(estado__in=["na_fila", "executando"]),
                name="trabalho_por_fazer",
            )
        ]

    def __str__(self):
        return f"{self.get_tipo_display()} {self.pk}"

    @property
    def terminado(self) -> bool:
        return self.estado in (self.Estado.CONCLUIDO, self.Estado.FALHOU)
