from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from projecao.conf import hoje
from projecao.models.campos import CodigoField, QuantidadeField, autor
from projecao.models.vigiado import Vigiado
from projecao.unidades import em_portugues


class MovimentacaoEstoque(Vigiado):
    """The ledger. What it says of a product's active rows is what `EstoqueAtual` holds, at every commit."""

    class Tipo(models.TextChoices):
        ENTRADA = "ENTRADA", "Entrada"
        SAIDA = "SAIDA", "Saída"
        AJUSTE = "AJUSTE", "Ajuste"
        PRODUCAO = "PRODUCAO", "Produção"
        EST_INICIAL = "EST INICIAL", "Estoque inicial"

    cod_produto = CodigoField()
    nome_produto = models.CharField("nome", max_length=255, blank=True, default="")
    data_movimentacao = models.DateField("data", default=hoje)
    tipo_movimentacao = models.CharField("tipo", max_length=20, choices=Tipo)
    local_movimentacao = models.CharField("local", max_length=60, blank=True, default="")
    qtd_movimentacao = QuantidadeField("quantidade", help_text="Saídas são negativas.")
    observacao = models.TextField("observação", blank=True, default="")
    ativo = models.BooleanField("ativo", default=True, help_text="Movimentações canceladas ficam, mas não contam.")
    chave_importacao = models.CharField(
        "chave de importação",
        max_length=80,
        null=True,
        blank=True,
        unique=True,
        editable=False,
        help_text="Identifica a linha do arquivo, para que o mesmo arquivo não conte duas vezes.",
    )
    criado_em = models.DateTimeField("criado em", auto_now_add=True)
    atualizado_em = models.DateTimeField("atualizado em", auto_now=True)
    criado_por = autor("criado por")
    atualizado_por = autor("atualizado por")

    class Meta:
        verbose_name = "movimentação de estoque"
        verbose_name_plural = "movimentações de estoque"
        ordering = ["-data_movimentacao", "-id"]
        indexes = [
            models.Index(fields=["cod_produto", "data_movimentacao"], name="movimentacao_produto"),
            models.Index(fields=["-data_movimentacao", "-id"], name="movimentacao_recentes"),
        ]

    def clean(self):
        if self.qtd_movimentacao is not None and (
            motivo := sinal_errado(self.tipo_movimentacao, self.qtd_movimentacao)
        ):
            raise ValidationError({"qtd_movimentacao": motivo})

    def __str__(self):
        return f"{self.get_tipo_movimentacao_display()} {self.cod_produto}"


def sinal_errado(tipo: str, quantidade: Decimal) -> str:
    """Why a movement of this kind cannot have this sign; "" if it can. Adjustments may go either way."""
    Tipo = MovimentacaoEstoque.Tipo
    if tipo == Tipo.SAIDA and quantidade > 0:
        return f"Uma saída tem quantidade negativa, e esta é {em_portugues(quantidade)}."
    if tipo == Tipo.ENTRADA and quantidade < 0:
        return f"Uma entrada tem quantidade positiva, e esta é {em_portugues(quantidade)}."
    return ""


class EstoqueAtual(models.Model):
    """First tier: stock now, of a product and of the codes unified into it. Written only by `projecao.saldo`."""

    cod_produto = CodigoField(primary_key=True)
    estoque = QuantidadeField("estoque", default=0)
    atualizado_em = models.DateTimeField("atualizado em")

    class Meta:
        verbose_name = "estoque atual"
        verbose_name_plural = "estoque atual"
        ordering = ["cod_produto"]
        constraints = [
            # PostgreSQL's column says so by itself; SQLite would store a stock that nothing can show.
            models.CheckConstraint(
                condition=Q(estoque__gt=-(10**12)) & Q(estoque__lt=10**12), name="estoque_de_12_digitos"
            )
        ]

    def __str__(self):
        return self.cod_produto
