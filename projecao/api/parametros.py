"""What callers may ask with: each a serializer, so that it is validated and described in one place."""

from rest_framework import serializers

from projecao.consulta import ORDENAVEIS, Filtro, Ordem
from projecao.models import EstoqueProjecaoCache
from projecao.models.busca import simplificar

STATUS = {simplificar(valor): valor for valor in EstoqueProjecaoCache.Status.values}


class TextoSemNulo(serializers.CharField):
    def to_internal_value(self, data):
        texto = super().to_internal_value(data)
        if "\x00" in texto:
            raise serializers.ValidationError("Caractere inválido.")
        return texto


class ParametrosDaLista(serializers.Serializer):
    status_ruptura = TextoSemNulo(
        required=False, allow_blank=True, help_text="CRÍTICO, ATENÇÃO ou OK; vários separados por vírgula."
    )
    busca = TextoSemNulo(required=False, allow_blank=True, help_text="Parte do código ou do nome.")
    dia_ruptura_ate = serializers.DateField(required=False, help_text="Ruptura até este dia (AAAA-MM-DD).")
    linha_producao = TextoSemNulo(
        required=False, allow_blank=True, help_text="Linha de produção, escrita como na programação."
    )
    ordering = TextoSemNulo(
        required=False,
        allow_blank=True,
        help_text=f"Colunas separadas por vírgula, com - para decrescente: {', '.join(ORDENAVEIS)}. "
        "dia_0 a dia_28 são o estoque no fim do dia.",
    )

    def validate_status_ruptura(self, texto):
        pedidos = [parte.strip() for parte in texto.split(",") if parte.strip()]
        desconhecidos = [parte for parte in pedidos if simplificar(parte) not in STATUS]
        if desconhecidos:
            raise serializers.ValidationError(f"Status desconhecido: {', '.join(desconhecidos)}.")
        return tuple(STATUS[simplificar(parte)] for parte in pedidos)

    def validate_ordering(self, texto):
        colunas = [parte.strip() for parte in texto.split(",") if parte.strip()]
        desconhecidas = [coluna for coluna in colunas if coluna.removeprefix("-") not in ORDENAVEIS]
        if desconhecidas:
            raise serializers.ValidationError(f"Coluna desconhecida: {', '.join(desconhecidas)}.")
        return colunas

    def filtro(self) -> Filtro:
        dados = self.validated_data
        return Filtro(
            dados.get("status_ruptura") or (),
            dados.get("busca", ""),
            dados.get("dia_ruptura_ate"),
            dados.get("linha_producao", ""),
        )

    def ordem(self) -> Ordem:
        return Ordem(*self.validated_data.get("ordering") or ())


class ParametrosDaDisponibilidade(serializers.Serializer):
    qtd = serializers.DecimalField(max_digits=15, decimal_places=3, min_value=0, help_text="Quantidade a prometer.")
    data = serializers.DateField(required=False, help_text="Dia desejado (AAAA-MM-DD); hoje, se vazio.")


class Credenciais(serializers.Serializer):
    username = TextoSemNulo(trim_whitespace=False)
    password = TextoSemNulo(trim_whitespace=False, style={"input_type": "password"})
