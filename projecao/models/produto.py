from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat

from projecao.models.busca import simplificado
from projecao.models.campos import NAO_NEGATIVA, CodigoField, QuantidadeField
from projecao.models.vigiado import ConjuntoVigiado, Vigiado


class ConjuntoDeProdutos(ConjuntoVigiado):
    def conhecer(self, nomes: dict[str, str]) -> None:
        """Create the products that nobody registered yet, with the names their documents give them.

        It changes no number, so it asks for no recalculation.
        """
        novos = [self.model(cod_produto=cod, nome_produto=nome) for cod, nome in sorted(nomes.items())]
        models.QuerySet.bulk_create(self, novos, ignore_conflicts=True)


class Produto(Vigiado):
    cod_produto = CodigoField(primary_key=True)
    nome_produto = models.CharField("nome", max_length=255, blank=True, default="")
    unidade = models.CharField("unidade", max_length=20, blank=True, default="")
    estoque_seguranca = QuantidadeField(
        "estoque de segurança",
        null=True,
        blank=True,
        validators=[NAO_NEGATIVA],
        help_text="Vazio: o padrão da instalação.",
    )
    palletizacao = QuantidadeField("unidades por pallet", null=True, blank=True, validators=[NAO_NEGATIVA])
    peso_bruto = QuantidadeField("peso bruto (kg)", null=True, blank=True, validators=[NAO_NEGATIVA])
    ativo = models.BooleanField("ativo", default=True)
    busca = models.GeneratedField(
        expression=simplificado(Concat("cod_produto", Value(" "), "nome_produto")),
        output_field=models.TextField(),
        db_persist=True,
        verbose_name="código e nome, sem acentos nem maiúsculas",
    )

    objects = ConjuntoDeProdutos.as_manager()

    class Meta:
        verbose_name = "produto"
        verbose_name_plural = "produtos"
        ordering = ["cod_produto"]

    def __str__(self):
        return f"{self.cod_produto} {self.nome_produto}".strip()


class UnificacaoInvalida(ValidationError):
    """A unification that would make a chain, a cycle, or a code that is both origin and destination."""


class UnificacaoCodigos(Vigiado):
    """Two codes for one physical product: everything is computed under `codigo_destino`."""

    codigo_origem = CodigoField("código de origem", unique=True)
    codigo_destino = CodigoField("código de destino")
    observacao = models.TextField("observação", blank=True, default="")
    ativo = models.BooleanField("ativo", default=True)

    class Meta:
        verbose_name = "unificação de códigos"
        verbose_name_plural = "unificações de códigos"
        ordering = ["codigo_destino", "codigo_origem"]
        indexes = [models.Index(fields=["codigo_destino"], name="unificacao_destino")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(codigo_origem=F("codigo_destino")),
                name="unificacao_de_codigos_diferentes",
                violation_error_message="Um código não se unifica consigo mesmo.",
            )
        ]

    def __str__(self):
        return f"{self.codigo_origem} → {self.codigo_destino}"

    def clean(self):
        if not self.ativo:
            return
        outras = UnificacaoCodigos.objects.filter(ativo=True).exclude(pk=self.pk)
        if outras.filter(codigo_origem=self.codigo_destino).exists():
            raise UnificacaoInvalida(f"{self.codigo_destino} já é unificado em outro código.")
        if outras.filter(codigo_destino=self.codigo_origem).exists():
            raise UnificacaoInvalida(f"{self.codigo_origem} já é o destino de outra unificação.")
