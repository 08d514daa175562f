from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import Exists, ExpressionWrapper, OuterRef, Q

from projecao import motor
from projecao.conf import estoque_de_seguranca
from projecao.models.campos import CodigoField, QuantidadeField
from projecao.models.fila import RecalculoPendente
from projecao.models.produto import Produto, UnificacaoCodigos
from projecao.unidades import milesimos


def abrir_dias(dias: list[list[int]]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """(saidas, producao) of all 29 days, from those on which something happens."""
    saidas, producao = [0] * motor.DIAS, [0] * motor.DIAS
    for dia, sai, entra in dias:
        saidas[dia], producao[dia] = sai, entra
    return tuple(saidas), tuple(producao)


class ConjuntoDeProjecoes(models.QuerySet):
    def publicas(self):
        """Without the rows of codes that now answer as another (until the queue removes them)."""
        origens = UnificacaoCodigos.objects.filter(codigo_origem=OuterRef("cod_produto"), ativo=True)
        return self.exclude(Exists(origens))

    def com_pendencia(self):
        """Adds `pendente`: something of the product, or of a code unified into it, changed since it was computed."""
        # Neither subquery speaks of the row: the queue is read once for all rows, however many are marked.
        marcados = RecalculoPendente.objects.order_by().values("cod_produto")
        origens = UnificacaoCodigos.objects.filter(ativo=True, codigo_origem__in=marcados)
        pendente = Q(cod_produto__in=marcados) | Q(cod_produto__in=origens.values("codigo_destino"))
        return self.annotate(pendente=ExpressionWrapper(pendente, models.BooleanField()))

    def de_outro_dia(self, hoje: date):
        """Rows whose D0 is not today, in either direction. Two ranges: an index cannot answer "not equal"."""
        return self.filter(Q(data_base__lt=hoje) | Q(data_base__gt=hoje))


class EstoqueProjecaoCache(models.Model):
    """Second tier: the 29 days of a product, materialised. Written only by `projecao.recalculo`.

    `dias` holds only the days on which something happens, as [day, saidas, producao] in whole thousandths.
    """

    class Status(models.TextChoices):
        CRITICO = motor.CRITICO, "Crítico"
        ATENCAO = motor.ATENCAO, "Atenção"
        OK = motor.OK, "OK"

    cod_produto = CodigoField(primary_key=True)
    produto = models.ForeignObject(
        Produto,
        on_delete=models.DO_NOTHING,
        from_fields=["cod_produto"],
        to_fields=["cod_produto"],
        related_name="+",
        null=True,
        verbose_name="produto",
    )
    data_base = models.DateField("D0", db_index=True)
    dias = models.JSONField("dias", default=list)
    estoque_atual = QuantidadeField("Est.Hoje", default=0)
    menor_estoque_7d = QuantidadeField("Est.Min.D+7", default=0)
    menor_estoque_28d = QuantidadeField("Est.Min.D+28", default=0)
    dia_ruptura = models.DateField("ruptura", null=True, blank=True)
    status_ruptura = models.CharField("status", max_length=10, choices=Status, default=Status.OK)
    producao_hoje = QuantidadeField("Prod.Hoje", default=0)
    saidas_atrasadas = QuantidadeField("saídas atrasadas", default=0)
    saidas_sem_data = QuantidadeField("saídas sem data", default=0)
    data_calculo = models.DateTimeField("calculado em", db_index=True)
    tempo_calculo_ms = models.FloatField("tempo de cálculo (ms)", default=0)
    versao = models.PositiveIntegerField("versão", default=0)

    objects = ConjuntoDeProjecoes.as_manager()

    class Meta:
        verbose_name = "projeção de estoque"
        verbose_name_plural = "projeções de estoque"
        ordering = ["cod_produto"]
        permissions = [("forcar_recalculo", "Pode forçar o recálculo de projeções")]
        indexes = [
            models.Index(fields=["status_ruptura", "dia_ruptura"], name="projecao_rupturas"),
            models.Index(fields=["dia_ruptura"], name="projecao_ruptura"),
            models.Index(fields=["menor_estoque_7d"], name="projecao_menor_7d"),
        ]

    def __str__(self):
        return self.cod_produto

    @property
    def estoque_seguranca(self) -> Decimal:
        return estoque_de_seguranca(self.produto.estoque_seguranca if self.produto else None)

    @property
    def figuras(self) -> motor.Figuras:
        return motor.Figuras(
            milesimos(self.menor_estoque_7d),
            milesimos(self.menor_estoque_28d),
            self.dia_ruptura,
            self.status_ruptura,
        )

    @property
    def projecao(self) -> motor.Projecao:
        """The 29 days, whole again."""
        return motor.Projecao(
            self.data_base,
            milesimos(self.estoque_atual),
            *abrir_dias(self.dias),
            milesimos(self.producao_hoje),
            milesimos(self.saidas_atrasadas),
            milesimos(self.saidas_sem_data),
        )
