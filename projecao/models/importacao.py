from django.db import models
from django.db.models import Case, Q, Value, When

from projecao.models.campos import autor
from projecao.models.trabalho import Trabalho

EM_ANDAMENTO = (Trabalho.Estado.NA_FILA, Trabalho.Estado.EXECUTANDO)


class Situacao(models.TextChoices):
    """Where an import stands. Not stored: the two works say it, and no worker that dies can leave it untrue."""

    CONFERINDO = "conferindo", "Em conferência"
    A_CONFIRMAR = "a_confirmar", "A confirmar"
    SEM_MUDANCAS = "sem_mudancas", "Nada a gravar"
    RECUSADA = "recusada", "Linhas com erro"
    GRAVANDO = "gravando", "Gravando"
    GRAVADA = "gravada", "Gravada"
    FALHOU = "falhou", "Não concluída"
    DESCARTADA = "descartada", "Descartada"


def _situacao() -> Case:
    concluido, falhou = Trabalho.Estado.CONCLUIDO, Trabalho.Estado.FALHOU
    ordem = (
        (Q(descartada_em__isnull=False), Situacao.DESCARTADA),
        (Q(gravacao__estado__in=EM_ANDAMENTO), Situacao.GRAVANDO),
        (Q(gravacao__estado=falhou), Situacao.FALHOU),
        (Q(gravacao__estado=concluido, gravacao__resultado__gravado=True), Situacao.GRAVADA),
        (Q(gravacao__estado=concluido), Situacao.RECUSADA),
        (Q(conferencia__estado__in=EM_ANDAMENTO), Situacao.CONFERINDO),
        (Q(conferencia__estado=concluido, conferencia__resultado__recusado=True), Situacao.RECUSADA),
        (Q(conferencia__estado=concluido, conferencia__resultado__muda=True), Situacao.A_CONFIRMAR),
        (Q(conferencia__estado=concluido), Situacao.SEM_MUDANCAS),
    )
    casos = [When(condicao, then=Value(situacao.value)) for condicao, situacao in ordem]
    return Case(*casos, default=Value(Situacao.FALHOU.value), output_field=models.CharField())


class ConjuntoDeImportacoes(models.QuerySet):
    def com_situacao(self):
        """Each with its `situacao`, and with `guardado`: whether its file is still there. Nothing heavy is loaded."""
        guardado = models.ExpressionWrapper(Q(conteudo__isnull=False), output_field=models.BooleanField())
        return self.annotate(situacao=_situacao(), guardado=guardado).defer("conteudo", "previa", "resultado")


class Importacao(models.Model):
    """A file that somebody sent: looked at by one `Trabalho`, and, once he has confirmed it, stored by another.

    Written only by `projecao.importacoes` and by those works (`projecao.importacao.execucao`).
    """

    tipo = models.CharField("tipo", max_length=30)
    nome_arquivo = models.CharField("arquivo", max_length=255)
    tamanho = models.PositiveIntegerField("tamanho")
    conteudo = models.BinaryField("conteúdo", null=True)
    """Here, and not on a disk: any worker of any host reads it, and it commits with the request. NULL once nothing
    needs it any more."""
    substituir = models.BooleanField("substituir", default=False)
    parcial = models.BooleanField("parcial", default=False)
    criado_por = autor("enviado por")
    criado_em = models.DateTimeField("enviado em", auto_now_add=True, db_index=True)
    conferencia = models.OneToOneField(
        Trabalho, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="conferência"
    )
    gravacao = models.OneToOneField(
        Trabalho, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="gravação"
    )
    previa = models.JSONField("prévia", null=True, blank=True)
    resultado = models.JSONField("resultado", null=True, blank=True)
    descartada_em = models.DateTimeField("descartada em", null=True, blank=True)

    objects = ConjuntoDeImportacoes.as_manager()

    class Meta:
        verbose_name = "importação"
        verbose_name_plural = "importações"
        ordering = ["-id"]

    def __str__(self):
        return f"Importação {self.pk}"
