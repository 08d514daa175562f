from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce, Greatest

from projecao.models.campos import NAO_NEGATIVA, ChaveOpcionalField, CodigoField, QuantidadeField, autor
from projecao.models.vigiado import ConjuntoVigiado, Vigiado


class Pedido(Vigiado):
    """One row per lot of separation. Its status says whether the lot still leaves, its date says when."""

    class Status(models.TextChoices):
        ABERTO = "ABERTO", "Aberto"
        COTADO = "COTADO", "Cotado"
        EMBARCADO = "EMBARCADO", "Embarcado"
        FATURADO = "FATURADO", "Faturado"
        NF_NO_CD = "NF no CD", "NF no CD"
        CANCELADO = "CANCELADO", "Cancelado"

    separacao_lote_id = ChaveOpcionalField("lote de separação", unique=True)
    num_pedido = models.CharField("pedido", max_length=60, blank=True, default="")
    status = models.CharField("status", max_length=20, choices=Status, default=Status.ABERTO)
    expedicao = models.DateField("expedição", null=True, blank=True)
    agendamento = models.DateField("agendamento", null=True, blank=True)
    protocolo = models.CharField("protocolo", max_length=60, blank=True, default="")
    cnpj_cpf = models.CharField("CNPJ/CPF", max_length=20, blank=True, default="")
    raz_social_red = models.CharField("cliente", max_length=255, blank=True, default="")
    nome_cidade = models.CharField("cidade", max_length=120, blank=True, default="")
    cod_uf = models.CharField("UF", max_length=2, blank=True, default="")

    class Meta:
        verbose_name = "pedido"
        verbose_name_plural = "pedidos"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["num_pedido"], name="pedido_numero"),
            models.Index(fields=["status"], name="pedido_status"),
        ]

    def __str__(self):
        return f"{self.num_pedido or '(sem número)'} · {self.separacao_lote_id or 'sem lote'}"

    def clean(self):
        if not self.separacao_lote_id and not self.num_pedido:
            raise ValidationError("Informe o lote de separação ou o número do pedido.")


class ConjuntoDeSeparacoes(ConjuntoVigiado):
    def dos_status(self, *status):
        """Something is separated, and its lot has no Pedido or one of these statuses."""
        sem_pedido_ou = Q(pedido__id__isnull=True) | Q(pedido__status__in=status)
        return self.filter(sem_pedido_ou, qtd_saldo__gt=0)

    def a_sair(self):
        """Demand of its own (SPEC.md section 4, source 1)."""
        return self.dos_status(Pedido.Status.ABERTO, Pedido.Status.COTADO)

    def que_cobrem_a_carteira(self):
        """What an order line need not count again: here or already on a lorry, and not yet invoiced (source 3)."""
        return self.dos_status(Pedido.Status.ABERTO, Pedido.Status.COTADO, Pedido.Status.EMBARCADO)


class Separacao(Vigiado):
    """What the warehouse set apart for an order. It has no status: that is its Pedido's, through the lot."""

    separacao_lote_id = ChaveOpcionalField("lote de separação")
    pedido = models.ForeignObject(
        Pedido,
        on_delete=models.DO_NOTHING,
        from_fields=["separacao_lote_id"],
        to_fields=["separacao_lote_id"],
        related_name="separacoes",
        null=True,
    )
    num_pedido = models.CharField("pedido", max_length=60, blank=True, default="")
    cod_produto = CodigoField()
    nome_produto = models.CharField("produto", max_length=255, blank=True, default="")
    qtd_saldo = QuantidadeField("quantidade", default=0, validators=[NAO_NEGATIVA])
    valor_saldo = models.DecimalField("valor", max_digits=15, decimal_places=2, null=True, blank=True)
    pallet = QuantidadeField("pallets", null=True, blank=True)
    peso = QuantidadeField("peso (kg)", null=True, blank=True)
    expedicao = models.DateField("expedição", null=True, blank=True)
    agendamento = models.DateField("agendamento", null=True, blank=True)
    protocolo = models.CharField("protocolo", max_length=60, blank=True, default="")

    objects = ConjuntoDeSeparacoes.as_manager()

    class Meta:
        verbose_name = "separação"
        verbose_name_plural = "separações"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["cod_produto"], name="separacao_produto"),
            models.Index(fields=["num_pedido", "cod_produto"], name="separacao_linha"),
            models.Index(fields=["separacao_lote_id"], name="separacao_lote"),
        ]

    def __str__(self):
        return f"{self.num_pedido} · {self.cod_produto}"


class ConjuntoDePreSeparacoes(ConjuntoVigiado):
    def a_sair(self):
        """Demand of its own (source 2): the planner chose it and it was not sent to separation yet."""
        status = PreSeparacaoItem.Status
        return self.filter(status__in=[status.CRIADO, status.RECOMPOSTO], qtd_selecionada_usuario__gt=0)


class PreSeparacaoItem(Vigiado):
    """What a planner means to separate of an order line, and when: his own draft, ahead of the warehouse."""

    class Status(models.TextChoices):
        CRIADO = "CRIADO", "Criado"
        RECOMPOSTO = "RECOMPOSTO", "Recomposto"
        ENVIADO_SEPARACAO = "ENVIADO_SEPARACAO", "Enviado à separação"

    num_pedido = models.CharField("pedido", max_length=60, blank=True, default="")
    cod_produto = CodigoField()
    qtd_selecionada_usuario = QuantidadeField("quantidade", default=0, validators=[NAO_NEGATIVA])
    data_expedicao_editada = models.DateField("expedição", null=True, blank=True)
    data_agendamento_editada = models.DateField("agendamento", null=True, blank=True)
    protocolo_editado = models.CharField("protocolo", max_length=60, blank=True, default="")
    status = models.CharField("status", max_length=20, choices=Status, default=Status.CRIADO)
    separacao_lote_id = ChaveOpcionalField("lote de separação")
    observacoes_usuario = models.TextField("observações", blank=True, default="")
    criado_em = models.DateTimeField("criado em", auto_now_add=True)
    atualizado_em = models.DateTimeField("atualizado em", auto_now=True)
    criado_por = autor("criado por")

    objects = ConjuntoDePreSeparacoes.as_manager()

    class Meta:
        verbose_name = "pré-separação"
        verbose_name_plural = "pré-separações"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["cod_produto", "status"], name="pre_separacao_produto"),
            models.Index(fields=["num_pedido", "cod_produto"], name="pre_separacao_linha"),
        ]

    def __str__(self):
        return f"{self.num_pedido} · {self.cod_produto}"


class ConjuntoDaCarteira(ConjuntoVigiado):
    def com_restante(self):
        """Adds `qtd_restante`: what is left of a line after its pre-separations and separations, never below zero.

        Here and nowhere else is the rule that each unit of an order line counts once (SPEC.md section 4, source 3).
        """
        restante = (
            F("qtd_saldo_produto_pedido")
            - _soma_da_linha(PreSeparacaoItem.objects.a_sair(), "qtd_selecionada_usuario")
            - _soma_da_linha(Separacao.objects.que_cobrem_a_carteira(), "qtd_saldo")
        )
        return self.annotate(qtd_restante=Greatest(restante, ZERO, output_field=QuantidadeField()))

    def a_sair(self):
        """Demand of its own (source 3): open lines, with `qtd_restante`, which may be nothing.

        Whoever reads it drops the zeros: a condition on it would have the database sum everything twice.
        """
        return self.filter(ativo=True, separacao_lote_id__isnull=True).com_restante()


ZERO = models.Value(0, output_field=QuantidadeField())


def _soma_da_linha(conjunto, campo):
    """The sum of `campo` over the rows of the same (num_pedido, cod_produto) as the outer order line."""
    da_linha = conjunto.filter(num_pedido=OuterRef("num_pedido"), cod_produto=OuterRef("cod_produto"))
    somas = da_linha.order_by().values("num_pedido", "cod_produto").annotate(soma=Sum(campo)).values("soma")
    return Coalesce(Subquery(somas, output_field=QuantidadeField()), ZERO)


class CarteiraPrincipal(Vigiado):
    """An order line as the ERP exports it: one row per (num_pedido, cod_produto)."""

    num_pedido = models.CharField("pedido", max_length=60)
    cod_produto = CodigoField()
    nome_produto = models.CharField("produto", max_length=255, blank=True, default="")
    cnpj_cpf = models.CharField("CNPJ/CPF", max_length=20, blank=True, default="")
    raz_social_red = models.CharField("cliente", max_length=255, blank=True, default="")
    municipio = models.CharField("município", max_length=120, blank=True, default="")
    estado = models.CharField("UF", max_length=2, blank=True, default="")
    vendedor = models.CharField("vendedor", max_length=120, blank=True, default="")
    qtd_produto_pedido = QuantidadeField("qtd. pedida", default=0, validators=[NAO_NEGATIVA])
    qtd_saldo_produto_pedido = QuantidadeField("saldo", default=0, help_text="O que falta faturar, separado ou não.")
    qtd_cancelada_produto_pedido = QuantidadeField("qtd. cancelada", default=0)
    preco_produto_pedido = models.DecimalField("preço", max_digits=15, decimal_places=4, null=True, blank=True)
    expedicao = models.DateField("expedição", null=True, blank=True)
    agendamento = models.DateField("agendamento", null=True, blank=True)
    protocolo = models.CharField("protocolo", max_length=60, blank=True, default="")
    separacao_lote_id = ChaveOpcionalField(
        "lote de separação", help_text="Preenchido quando a linha inteira está separada."
    )
    status_pedido = models.CharField("status do pedido", max_length=40, blank=True, default="")
    ativo = models.BooleanField("ativo", default=True)
    datas_importadas = models.JSONField(
        "datas importadas",
        default=dict,
        editable=False,
        help_text="O que o último arquivo disse de expedição, agendamento e protocolo: o que difere é do planejador.",
    )

    objects = ConjuntoDaCarteira.as_manager()

    class Meta:
        verbose_name = "linha da carteira"
        verbose_name_plural = "linhas da carteira"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["num_pedido", "cod_produto"],
                name="carteira_linha_unica",
                violation_error_message="Este pedido já tem uma linha deste produto.",
            )
        ]
        indexes = [
            models.Index(fields=["cod_produto", "expedicao"], name="carteira_produto"),
            models.Index(fields=["expedicao"], name="carteira_expedicao"),
        ]

    def __str__(self):
        return f"{self.num_pedido} · {self.cod_produto}"
