from django.db import models

from projecao.models.campos import NAO_NEGATIVA, CodigoField, QuantidadeField
from projecao.models.vigiado import Vigiado


class ProgramacaoProducao(Vigiado):
    """A production order of the plan: what a line will add to stock, and on which day."""

    data_programacao = models.DateField("data")
    cod_produto = CodigoField()
    nome_produto = models.CharField("produto", max_length=255, blank=True, default="")
    qtd_programada = QuantidadeField("quantidade", validators=[NAO_NEGATIVA])
    linha_producao = models.CharField("linha de produção", max_length=60, blank=True, default="")
    cliente_produto = models.CharField("cliente", max_length=120, blank=True, default="")
    observacao_pcp = models.CharField("observação do PCP", max_length=255, blank=True, default="")

    class Meta:
        verbose_name = "programação de produção"
        verbose_name_plural = "programações de produção"
        ordering = ["-data_programacao", "cod_produto"]
        indexes = [
            models.Index(fields=["cod_produto", "data_programacao"], name="producao_produto"),
            models.Index(fields=["data_programacao"], name="producao_data"),
        ]

    def __str__(self):
        return f"{self.data_programacao:%d/%m/%Y} {self.cod_produto}"
