from decimal import Decimal

from django.db import models

from projecao import motor
from projecao.models.campos import CodigoField, QuantidadeField
from projecao.models.projecao import abrir_dias
from projecao.unidades import milesimos, quantidade

HORIZONTES = (1, 7, 14, 28)
"""Days ahead at which projections are judged."""


class ProjecaoDiaria(models.Model):
    """What was projected on a day: the last state of its row before the day turned. Written by `projecao.historico`.

    `realizado` and the `projetado_…` are about the stock at the end of that day: what the ledger says it was, and what
    had been projected for it so many days before; null until the day is over, or where nothing was projected then.
    """

    cod_produto = CodigoField()
    data_base = models.DateField("dia", db_index=True)
    estoque_atual = QuantidadeField("estoque", default=0)
    dias = models.JSONField("dias", default=list)
    realizado = QuantidadeField("realizado", null=True)
    projetado_1 = QuantidadeField("projetado 1 dia antes", null=True)
    projetado_7 = QuantidadeField("projetado 7 dias antes", null=True)
    projetado_14 = QuantidadeField("projetado 14 dias antes", null=True)
    projetado_28 = QuantidadeField("projetado 28 dias antes", null=True)

    class Meta:
        verbose_name = "projeção diária"
        verbose_name_plural = "projeções diárias"
        ordering = ["cod_produto", "-data_base"]
        constraints = [models.UniqueConstraint(fields=["cod_produto", "data_base"], name="projecao_diaria_unica")]
        indexes = [
            # All that accuracy adds up: its rows are fourteen times as wide. Those of a day that is not over are
            # not in it, so that keeping them writes nothing here.
            models.Index(
                fields=["data_base", "cod_produto", "realizado", *(f"projetado_{n}" for n in HORIZONTES)],
                condition=models.Q(realizado__isnull=False),
                name="acuracia_do_periodo",
            )
        ]

    def __str__(self):
        return f"{self.cod_produto} em {self.data_base:%d/%m/%Y}"

    @property
    def projecao(self) -> motor.Projecao:
        return motor.Projecao(self.data_base, milesimos(self.estoque_atual), *abrir_dias(self.dias))


class ResumoMensal(models.Model):
    """What is left of the days of a product that are older than the daily grain: a row a month and horizon.

    Sums are whole thousandths (of a square: millionths), so that days are added exactly, in any order. The first five
    are of the stock that the month's projections had at the horizon; the last three compare what had been projected for
    the month's days, so many days before, with what came.
    """

    cod_produto = CodigoField()
    mes = models.DateField("mês", help_text="O seu primeiro dia.")
    horizonte = models.PositiveSmallIntegerField("horizonte (dias)")
    projecoes = models.PositiveIntegerField("projeções", default=0)
    soma = models.BigIntegerField("soma", default=0)
    # JSON keeps integers of any size to the last digit, in both databases.
    soma_dos_quadrados = models.JSONField("soma dos quadrados", default=int)
    minimo = QuantidadeField("mínimo", null=True)
    maximo = QuantidadeField("máximo", null=True)
    previsoes = models.PositiveIntegerField("previsões conferidas", default=0)
    soma_do_erro = models.BigIntegerField("soma do erro", default=0)
    soma_do_erro_absoluto = models.BigIntegerField("soma do erro absoluto", default=0)

    class Meta:
        verbose_name = "resumo mensal de projeções"
        verbose_name_plural = "resumos mensais de projeções"
        ordering = ["cod_produto", "-mes", "horizonte"]
        constraints = [models.UniqueConstraint(fields=["cod_produto", "mes", "horizonte"], name="resumo_mensal_unico")]

    def __str__(self):
        return f"{self.cod_produto} em {self.mes:%m/%Y}, {self.horizonte} dias à frente"

    @property
    def media(self) -> Decimal | None:
        return media_de(self.soma, self.projecoes)

    @property
    def desvio(self) -> Decimal | None:
        """Of the population: the days of the month are all there are."""
        if not self.projecoes:
            return None
        dispersao = Decimal(self.projecoes * self.soma_dos_quadrados - self.soma**2).sqrt()
        return quantidade(round(dispersao / self.projecoes))

    @property
    def vies(self) -> Decimal | None:
        """Mean of (projected - realised): positive where we promised more than there was."""
        return media_de(self.soma_do_erro, self.previsoes)

    @property
    def erro_absoluto_medio(self) -> Decimal | None:
        return media_de(self.soma_do_erro_absoluto, self.previsoes)


def media_de(soma, parcelas: int) -> Decimal | None:
    """Of whole thousandths, to the nearest thousandth."""
    return quantidade(round(Decimal(soma) / parcelas)) if parcelas else None
