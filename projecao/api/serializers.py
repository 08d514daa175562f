"""The shapes of the answers, for the OpenAPI document. `projecao.representacao` builds them."""

from rest_framework import serializers

from projecao.models import EstoqueProjecaoCache, EventoDeRuptura, Ocorrencia, RegistroDeOcorrencia

CODIGO = {"help_text": "Código sob o qual o produto é calculado."}


class Quantidade(serializers.DecimalField):
    def __init__(self, **kwargs):
        super().__init__(max_digits=15, decimal_places=3, coerce_to_string=False, **kwargs)


class Resumo(serializers.Serializer):
    cod_produto = serializers.CharField(**CODIGO)
    nome_produto = serializers.CharField()
    estoque_atual = Quantidade()
    menor_estoque_7d = Quantidade()
    producao_hoje = Quantidade()
    dia_ruptura = serializers.DateField(allow_null=True)
    status_ruptura = serializers.ChoiceField(EstoqueProjecaoCache.Status.choices)


class PaginaDeResumos(serializers.Serializer):
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = Resumo(many=True)
    pendentes = serializers.IntegerField(help_text="Produtos que ainda estavam na fila de recálculo.")


class Atual(serializers.Serializer):
    cod_produto = serializers.CharField(**CODIGO)
    nome_produto = serializers.CharField()
    estoque = Quantidade()
    atualizado_em = serializers.DateTimeField(allow_null=True)


class Dia(serializers.Serializer):
    dia = serializers.IntegerField(min_value=0, max_value=28)
    data = serializers.DateField()
    estoque_inicial = Quantidade()
    saidas = Quantidade()
    saldo = Quantidade()
    producao = Quantidade()
    estoque_final = Quantidade()


class Projecao(Resumo):
    codigos = serializers.ListField(child=serializers.CharField())
    menor_estoque_28d = Quantidade()
    saidas_atrasadas = Quantidade()
    saidas_sem_data = Quantidade()
    data_base = serializers.DateField()
    data_calculo = serializers.DateTimeField()
    versao = serializers.IntegerField()
    tempo_calculo_ms = serializers.FloatField()
    projecao = Dia(many=True)


class Disponibilidade(serializers.Serializer):
    cod_produto = serializers.CharField(**CODIGO)
    qtd = Quantidade()
    data = serializers.DateField()
    data_disponivel = serializers.DateField(allow_null=True)
    data_disponivel_firme = serializers.DateField(allow_null=True)
    estoque_na_data = Quantidade()
    falta = Quantidade()


class Extremo(serializers.Serializer):
    dia = serializers.IntegerField()
    valor = Quantidade()


class Alerta(serializers.Serializer):
    tipo = serializers.CharField()
    dia = serializers.IntegerField(allow_null=True)
    titulo = serializers.CharField()
    descricao = serializers.CharField()
    sugestao = serializers.CharField()


class Cardex(serializers.Serializer):
    cod_produto = serializers.CharField(**CODIGO)
    nome_produto = serializers.CharField()
    estoque_atual = Quantidade()
    maior_estoque = Extremo()
    menor_estoque = Extremo()
    total_producao = Quantidade()
    total_saidas = Quantidade()
    cardex = Dia(many=True)
    alertas = Alerta(many=True)


class Documento(serializers.Serializer):
    origem = serializers.CharField()
    id = serializers.IntegerField()
    cod_produto = serializers.CharField(help_text="Código como está no documento.")
    num_pedido = serializers.CharField(allow_blank=True)
    separacao_lote_id = serializers.CharField(allow_null=True)
    cliente = serializers.CharField(allow_blank=True)
    cidade = serializers.CharField(allow_blank=True)
    uf = serializers.CharField(allow_blank=True)
    linha_producao = serializers.CharField(allow_blank=True)
    qtd = Quantidade()
    data_original = serializers.DateField(allow_null=True)
    atrasado = serializers.BooleanField()


class DiaDetalhado(Dia):
    documentos = Documento(many=True)


class CardexDetalhado(Cardex):
    cardex = DiaDetalhado(many=True)
    sem_data = Documento(many=True)


class Linhas(serializers.Serializer):
    total = serializers.IntegerField()
    frescas = serializers.IntegerField()
    expiradas = serializers.IntegerField()
    de_outro_dia = serializers.IntegerField()


class Fila(serializers.Serializer):
    marcas = serializers.IntegerField()
    produtos = serializers.IntegerField()
    com_erro = serializers.IntegerField()
    idade_mais_antiga_segundos = serializers.FloatField(allow_null=True)


class Memoria(serializers.Serializer):
    estado = serializers.CharField()
    chaves = serializers.IntegerField()
    capacidade = serializers.IntegerField()
    ttl_segundos = serializers.IntegerField()
    acertos = serializers.IntegerField()
    faltas = serializers.IntegerField()
    despejos = serializers.IntegerField()
    taxa_acerto = serializers.FloatField(allow_null=True)


class Execucao(serializers.Serializer):
    inicio = serializers.DateTimeField()
    duracao_ms = serializers.FloatField()
    produtos = serializers.IntegerField()
    falhas = serializers.IntegerField()
    erro = serializers.CharField(allow_blank=True)


class MaisLento(serializers.Serializer):
    cod_produto = serializers.CharField()
    tempo_calculo_ms = serializers.FloatField()
    versao = serializers.IntegerField()


class Situacao(serializers.Serializer):
    linhas = Linhas()
    fila = Fila()
    memoria = Memoria()
    jobs = serializers.DictField(child=Execucao())
    mais_lentos = MaisLento(many=True)


class ItemDaLista(serializers.Serializer):
    """Figures are of now; null for a product that cannot be computed, and never was."""

    id = serializers.IntegerField()
    cod_produto = serializers.CharField(**CODIGO)
    nome_produto = serializers.CharField()
    estado = serializers.ChoiceField(Ocorrencia.Estado.choices)
    responsavel = serializers.CharField(allow_null=True, help_text="Usuário; null: ninguém.")
    adiada_ate = serializers.DateField(allow_null=True)
    aberta_em = serializers.DateTimeField()
    fechada_em = serializers.DateTimeField(allow_null=True)
    vezes = serializers.IntegerField(help_text="Quantas vezes abriu.")
    status_ruptura = serializers.ChoiceField(EstoqueProjecaoCache.Status.choices, allow_null=True)
    dia_ruptura = serializers.DateField(allow_null=True)
    estoque_atual = Quantidade(allow_null=True)
    falta = Quantidade(allow_null=True, help_text="Até quanto o estoque desce abaixo de zero em 28 dias.")


class RegistroDaOcorrencia(serializers.Serializer):
    em = serializers.DateTimeField()
    usuario = serializers.CharField(allow_null=True, help_text="null: o sistema.")
    acao = serializers.ChoiceField(RegistroDeOcorrencia.Acao.choices)
    texto = serializers.CharField(allow_blank=True)


class UmaOcorrencia(ItemDaLista):
    registros = RegistroDaOcorrencia(many=True)


class PaginaDeOcorrencias(PaginaDeResumos):
    results = ItemDaLista(many=True)


class Evento(serializers.Serializer):
    id = serializers.IntegerField()
    tipo = serializers.ChoiceField(EventoDeRuptura.Tipo.choices)
    cod_produto = serializers.CharField(**CODIGO)
    nome_produto = serializers.CharField(allow_blank=True)
    status_anterior = serializers.ChoiceField(EstoqueProjecaoCache.Status.choices)
    dia_anterior = serializers.DateField(allow_null=True)
    status_ruptura = serializers.ChoiceField(EstoqueProjecaoCache.Status.choices)
    dia_ruptura = serializers.DateField(allow_null=True)
    criado_em = serializers.DateTimeField()
    vale_em = serializers.DateTimeField(help_text="Antes disto ninguém é avisado.")
    estado = serializers.ChoiceField(EventoDeRuptura.Estado.choices)


class PaginaDeEventos(serializers.Serializer):
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = Evento(many=True)


class Token(serializers.Serializer):
    token = serializers.CharField()
    expira_em = serializers.DateTimeField(allow_null=True)


class Problema(serializers.Serializer):
    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = serializers.DictField(required=False)
