"""How good projections were: over all products, and of one day by day."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from projecao import acuracia, acuracia_tabela, banco
from projecao.api.formato import Paginacao
from projecao.api.parametros import TextoSemNulo
from projecao.api.serializers import Quantidade
from projecao.api.views import PAGINAS, problemas, validar
from projecao.excecoes import ProdutoDesconhecido
from projecao.models import EstoqueProjecaoCache
from projecao.models.historico import HORIZONTES, ResumoMensal

DIAS_ANTES = {"help_text": "Quantos dias antes se projetou."}


class ParametrosDaAcuracia(serializers.Serializer):
    por = serializers.ChoiceField(["horizonte", "produto", "linha"], default="horizonte")
    horizonte = serializers.ChoiceField(
        HORIZONTES, required=False, help_text="Dias antes. Vazio: todos, por horizonte; 7, por produto ou linha."
    )
    de = serializers.DateField(required=False, help_text="Primeiro dia conferido (AAAA-MM-DD); 30 dias, se vazio.")
    ate = serializers.DateField(required=False, help_text="Último dia conferido; ontem, se vazio.")
    busca = TextoSemNulo(required=False, allow_blank=True, default="", help_text="Parte do código ou do nome.")
    linha_producao = TextoSemNulo(
        required=False, allow_blank=True, default="", help_text="Linha de produção, escrita como na programação."
    )
    ordering = serializers.ChoiceField(
        [sinal + chave for chave in acuracia_tabela.CHAVES for sinal in ("", "-")],
        default=acuracia_tabela.PIORES,
        help_text="Por produto ou linha; os piores primeiro, se vazio.",
    )

    def validate(self, dados):
        de, ate = acuracia.periodo(dados.get("de"), dados.get("ate"))
        if de > ate:
            raise serializers.ValidationError({"ate": "O período termina antes de começar."})
        return dados | {"filtro": acuracia.Filtro(de, ate, dados["busca"], dados["linha_producao"])}


class Medidas(serializers.Serializer):
    horizonte = serializers.IntegerField(**DIAS_ANTES)
    previsoes = serializers.IntegerField(help_text="Previsões conferidas.")
    vies = Quantidade(allow_null=True, help_text="Média de projetado - realizado: positivo, prometeu-se demais.")
    erro_absoluto_medio = Quantidade(allow_null=True)
    erro_relativo = Quantidade(
        allow_null=True,
        help_text="O erro absoluto médio como parte do estoque médio (0.083 é 8,3%); nulo onde não diz nada.",
    )


class AcuraciaDoGrupo(Medidas):
    cod_produto = serializers.CharField(required=False)
    nome_produto = serializers.CharField(required=False)
    linha_producao = serializers.CharField(required=False, allow_blank=True)
    unificado_em = serializers.CharField(
        required=False, allow_null=True, help_text="O código que responde por este agora."
    )


class PaginaDeAcuracia(serializers.Serializer):
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = AcuraciaDoGrupo(many=True)
    de = serializers.DateField(help_text="Primeiro dia conferido: antes do grão diário, só há meses inteiros.")
    ate = serializers.DateField()


class DiaConferido(serializers.Serializer):
    data = serializers.DateField()
    realizado = Quantidade(allow_null=True, help_text="Estoque no fim do dia; nulo até que a noite o apure.")
    projetado_1 = Quantidade(allow_null=True)
    projetado_7 = Quantidade(allow_null=True)
    projetado_14 = Quantidade(allow_null=True)
    projetado_28 = Quantidade(allow_null=True)
    erro_1 = Quantidade(allow_null=True, help_text="Projetado 1 dia antes - realizado.")
    erro_7 = Quantidade(allow_null=True)
    erro_14 = Quantidade(allow_null=True)
    erro_28 = Quantidade(allow_null=True)


class MesResumido(serializers.ModelSerializer):
    media, desvio, vies, erro_absoluto_medio = (Quantidade(allow_null=True) for _ in range(4))
    minimo, maximo = (Quantidade(allow_null=True) for _ in range(2))

    class Meta:
        model = ResumoMensal
        fields = [
            *("mes", "horizonte", "projecoes", "media", "minimo", "maximo", "desvio"),
            *("previsoes", "vies", "erro_absoluto_medio"),
        ]


class AcuraciaDoProduto(serializers.Serializer):
    cod_produto = serializers.CharField(help_text="O código pedido: os seus dias são os dele, também de antes.")
    nome_produto = serializers.CharField(allow_blank=True)
    unificado_em = serializers.CharField(allow_null=True, help_text="O código que responde por este agora.")
    horizontes = Medidas(many=True, help_text="Dos dias abaixo.")
    dias = DiaConferido(many=True)
    meses = MesResumido(many=True, help_text="Dos dias que não se guardam mais um a um.")


class Acuracia(APIView):
    @extend_schema(
        operation_id="acuracia",
        parameters=[ParametrosDaAcuracia, *PAGINAS],
        responses={200: PaginaDeAcuracia} | problemas(400, 404),
    )
    def get(self, request):
        """O que se projetou contra o que houve: viés e erro absoluto médio, por horizonte, produto ou linha."""
        dados = validar(ParametrosDaAcuracia, request).validated_data
        with banco.leitura_consistente():
            grupos = self._grupos(dados)
            paginador = Paginacao()
            pagina = paginador.paginate_queryset(grupos, request, self)
            if dados["por"] == "produto":
                pagina = [_produto(produto, _horizonte(dados)) for produto in acuracia_tabela.produtos(pagina)]
        resposta = paginador.get_paginated_response(pagina)
        resposta.data = {**resposta.data, "de": dados["filtro"].de, "ate": dados["filtro"].ate}
        return resposta

    def _grupos(self, dados) -> list:
        if dados["por"] == "horizonte":
            so = [dados["horizonte"]] if "horizonte" in dados else HORIZONTES
            medidas = acuracia.por_horizonte(dados["filtro"])
            return [_medidas(horizonte, medidas[horizonte]) for horizonte in so]
        horizonte = _horizonte(dados)
        produtos = acuracia.por_produto(dados["filtro"], horizonte)
        if dados["por"] == "produto":
            return acuracia_tabela.ordenar(produtos, dados["ordering"])
        linhas = acuracia_tabela.ordenar(acuracia.por_linha(produtos), dados["ordering"])
        return [{"linha_producao": linha, **_medidas(horizonte, dela)} for linha, dela in linhas]


def _horizonte(dados) -> int:
    return dados.get("horizonte", acuracia.HORIZONTE)


def _medidas(horizonte: int, dela: acuracia.Acuracia) -> dict:
    campos = ("previsoes", "vies", "erro_absoluto_medio", "erro_relativo")
    return {"horizonte": horizonte} | {campo: getattr(dela, campo) for campo in campos}


def _produto(produto: acuracia_tabela.Produto, horizonte: int) -> dict:
    return {
        "cod_produto": produto.cod_produto,
        "nome_produto": produto.nome_produto,
        "linha_producao": produto.linha_producao,
        "unificado_em": produto.unificado_em or None,
        **_medidas(horizonte, produto.acuracia),
    }


class DoProduto(APIView):
    @extend_schema(operation_id="acuracia_do_produto", responses={200: AcuraciaDoProduto} | problemas(404))
    def get(self, request, cod):
        """Dia a dia, o que se projetou para o dia e o que houve; e os resumos dos meses anteriores."""
        with banco.leitura_consistente():
            dias, meses = acuracia.dias_de(cod), acuracia.meses_de(cod)
            unificado = acuracia.unificados_em([cod]).get(cod)
            nome = acuracia.nomes_de([cod]).get(cod)
            linhas = EstoqueProjecaoCache.objects.filter(pk=cod)
            if not (dias or meses or unificado or nome is not None or linhas.exists()):
                raise ProdutoDesconhecido(cod)
        return Response(
            {
                "cod_produto": cod,
                "nome_produto": nome or "",
                "unificado_em": unificado,
                "horizontes": [_medidas(h, acuracia.dos_dias(dias, h)) for h in HORIZONTES],
                "dias": [_dia(dia) for dia in dias],
                "meses": [{campo: getattr(mes, campo) for campo in MesResumido.Meta.fields} for mes in meses],
            }
        )


def _dia(dia: acuracia.Dia) -> dict:
    corpo = {"data": dia.data, "realizado": dia.realizado}
    for horizonte in HORIZONTES:
        corpo |= {f"projetado_{horizonte}": dia.projetado[horizonte], f"erro_{horizonte}": dia.erro(horizonte)}
    return corpo
