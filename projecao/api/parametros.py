"""What callers may ask with: each a serializer, so that it is validated and described in one place."""

from rest_framework import serializers

from projecao.alertas import lista
from projecao.consulta import ORDENAVEIS, Filtro, Ordem
from projecao.models import EstoqueProjecaoCache, EventoDeRuptura, Ocorrencia
from projecao.models.busca import simplificar

STATUS = {simplificar(valor): valor for valor in EstoqueProjecaoCache.Status.values}


class TextoSemNulo(serializers.CharField):
    def to_internal_value(self, data):
        texto = super().to_internal_value(data)
        if "\x00" in texto:
            raise serializers.ValidationError("Caractere inválido.")
        return texto


def escolhidos(texto: str, existentes: dict[str, str], queixa: str) -> tuple[str, ...]:
    """Words separated by commas, each written with or without accents and capitals."""
    pedidos = [parte.strip() for parte in texto.split(",") if parte.strip()]
    desconhecidos = [parte for parte in pedidos if simplificar(parte) not in existentes]
    if desconhecidos:
        raise serializers.ValidationError(f"{queixa}: {', '.join(desconhecidos)}.")
    return tuple(existentes[simplificar(parte)] for parte in pedidos)


class ParametrosDaLista(serializers.Serializer):
    status_ruptura = TextoSemNulo(
        required=False, allow_blank=True, help_text="CRÍTICO, ATENÇÃO ou OK; vários separados por vírgula."
    )
    busca = TextoSemNulo(required=False, allow_blank=True, help_text="Parte do código ou do nome.")
    dia_ruptura_ate = serializers.DateField(required=False, help_text="Ruptura até este dia (AAAA-MM-DD).")
    linha_producao = TextoSemNulo(
        required=False, allow_blank=True, help_text="Linha de produção, escrita como na programação."
    )
    expiradas = serializers.BooleanField(
        required=False,
        help_text="true: só linhas calculadas há mais tempo que a validade (PROJECAO_VALIDADE_MINUTOS).",
    )
    ordering = TextoSemNulo(
        required=False,
        allow_blank=True,
        help_text=f"Colunas separadas por vírgula, com - para decrescente: {', '.join(ORDENAVEIS)}. "
        "dia_0 a dia_28 são o estoque no fim do dia.",
    )

    def validate_status_ruptura(self, texto):
        return escolhidos(texto, STATUS, "Status desconhecido")

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
            dados.get("expiradas", False),
        )

    def ordem(self) -> Ordem:
        return Ordem(*self.validated_data.get("ordering") or ())


class ParametrosDaDisponibilidade(serializers.Serializer):
    qtd = serializers.DecimalField(max_digits=15, decimal_places=3, min_value=0, help_text="Quantidade a prometer.")
    data = serializers.DateField(required=False, help_text="Dia desejado (AAAA-MM-DD); hoje, se vazio.")


class ParametrosDasOcorrencias(serializers.Serializer):
    estado = TextoSemNulo(
        required=False,
        allow_blank=True,
        help_text=f"{', '.join(Ocorrencia.Estado.values)}; vários separados por vírgula.",
    )
    responsavel = TextoSemNulo(
        required=False, allow_blank=True, help_text=f"{lista.EU}, {lista.NINGUEM}, ou o nome de um usuário."
    )
    status_ruptura = TextoSemNulo(
        required=False, allow_blank=True, help_text="Do produto agora: CRÍTICO, ATENÇÃO ou OK; vários por vírgula."
    )
    busca = TextoSemNulo(required=False, allow_blank=True, help_text="Parte do código ou do nome.")
    dia_ruptura_ate = serializers.DateField(required=False, help_text="Ruptura até este dia (AAAA-MM-DD).")

    def validate_estado(self, texto):
        return escolhidos(texto, {estado: estado for estado in Ocorrencia.Estado.values}, "Estado desconhecido")

    def validate_status_ruptura(self, texto):
        return escolhidos(texto, STATUS, "Status desconhecido")

    def filtro(self) -> lista.Filtro:
        dados = self.validated_data
        return lista.Filtro(
            dados.get("estado") or (),
            responsavel=dados.get("responsavel", ""),
            status=dados.get("status_ruptura") or (),
            busca=dados.get("busca", ""),
            dia_ruptura_ate=dados.get("dia_ruptura_ate"),
        )


class AcaoNaOcorrencia(serializers.Serializer):
    texto = TextoSemNulo(required=False, allow_blank=True, max_length=2000, help_text="O comentário.")
    ate = serializers.DateField(required=False, allow_null=True, help_text="Para adiar: até este dia (AAAA-MM-DD).")


class ParametrosDosEventos(serializers.Serializer):
    tipo = TextoSemNulo(
        required=False,
        allow_blank=True,
        help_text=f"{', '.join(EventoDeRuptura.Tipo.values)}; vários separados por vírgula.",
    )
    cod_produto = TextoSemNulo(required=False, allow_blank=True, help_text="Só os deste produto.")

    def validate_tipo(self, texto):
        return escolhidos(texto, {tipo: tipo for tipo in EventoDeRuptura.Tipo.values}, "Evento desconhecido")


class Credenciais(serializers.Serializer):
    username = TextoSemNulo(trim_whitespace=False)
    password = TextoSemNulo(trim_whitespace=False, style={"input_type": "password"})
