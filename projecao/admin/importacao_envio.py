"""The form that a file comes in by. What can be told at once is told here; the rest is the preview's."""

from collections.abc import Iterable
from pathlib import PurePath

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.utils.text import capfirst

from projecao.admin.importacao_texto import enumerar
from projecao.importacao.coluna import Coluna
from projecao.importacao.erros import ArquivoInvalido
from projecao.importacao.leitura import LINHAS_MAXIMAS, TAMANHO_MAXIMO
from projecao.importacao.permissoes import pode_importar, tipos_permitidos
from projecao.importacao.planilha import Planilha, PlanilhaCompleta
from projecao.importacao.reconhecimento import reconhecer
from projecao.importacao.registro import planilhas
from projecao.unidades import inteiro

TERMINACOES = (".csv", ".txt", ".xlsx", ".xls")
"""What a dialog of files offers. An .xls too: many programs call a CSV so, and the content says what it is."""
MEGABYTES = TAMANHO_MAXIMO // 2**20
GRANDE_DEMAIS = f"O arquivo é grande demais: o máximo é {MEGABYTES} MB. Divida-o."


class Envio(forms.Form):
    """Its answer: `classe`, the kind of the file, and the options."""

    use_required_attribute = False

    arquivo = forms.FileField(
        label="Arquivo",
        error_messages={"required": "Escolha um arquivo.", "empty": "O arquivo está vazio."},
        # The script says it before 50 MB were sent in vain.
        widget=forms.FileInput(
            {
                "accept": ",".join(TERMINACOES),
                "data-maximo": TAMANHO_MAXIMO,
                "data-grande-demais": GRANDE_DEMAIS,
                # Its label is the whole target; its name is a word.
                "aria-labelledby": "envio-arquivo",
                "aria-describedby": "envio-dica id_arquivo_error",
            }
        ),
    )
    tipo = forms.ChoiceField(label="O que o arquivo traz", required=False)
    substituir = forms.BooleanField(label="O arquivo é tudo o que existe", required=False)
    parcial = forms.BooleanField(label="Se houver linhas com erro, importar só as boas", required=False)

    def __init__(self, usuario, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.usuario = usuario
        self.permitidos = tipos_permitidos(usuario)
        self.completos = [
            classe
            for classe in self.permitidos.values()
            if issubclass(classe, PlanilhaCompleta) and pode_importar(usuario, classe, substituir=True)
        ]
        nomes = [(tipo, classe.titulo_do_tipo()) for tipo, classe in self.permitidos.items()]
        self.fields["tipo"].choices = [("", "Descobrir pelos títulos das colunas"), *nomes]
        if not self.completos:
            del self.fields["substituir"]

    def clean_arquivo(self):
        arquivo = self.cleaned_data["arquivo"]
        if arquivo.size > TAMANHO_MAXIMO:
            raise ValidationError(GRANDE_DEMAIS)
        if not arquivo.name.lower().endswith(TERMINACOES):
            terminacao = PurePath(arquivo.name).suffix or arquivo.name
            raise ValidationError(f"Um arquivo {terminacao} não pode ser importado. Salve-o como CSV ou XLSX.")
        return arquivo

    def clean(self):
        dados = super().clean()
        if "arquivo" not in dados or "tipo" not in dados:
            return dados
        try:
            classe = dados["classe"] = reconhecer(dados["arquivo"], dados["tipo"])
        except ArquivoInvalido as erro:
            raise ValidationError({"arquivo": self._com_palpite(str(erro), dados)}) from None
        if classe.tipo not in self.permitidos:
            nome = classe.titulo_do_tipo()
            raise ValidationError({"arquivo": f"Pelas colunas, o arquivo é de {nome}, que você não pode importar."})
        if dados.get("substituir"):
            self._conferir_substituicao(classe, dados["parcial"])
        return dados

    def _com_palpite(self, mensagem: str, dados: dict) -> str:
        """A file of another kind than the one chosen: say which it seems to be."""
        if not dados["tipo"]:
            return mensagem
        try:
            return f"{mensagem} Pelas colunas, parece ser de {reconhecer(dados['arquivo']).titulo_do_tipo()}."
        except ArquivoInvalido:
            return mensagem

    def _conferir_substituicao(self, classe: type[Planilha], parcial: bool) -> None:
        if classe not in self.completos:
            nomes = enumerar([completo.titulo_do_tipo() for completo in self.completos], "ou")
            raise ValidationError(
                {"substituir": f"Só para {nomes}. Este arquivo é de {classe.titulo_do_tipo()}: desmarque."}
            )
        if parcial:
            raise ValidationError(
                {"parcial": "Um arquivo que é tudo o que existe precisa de todas as linhas boas: desmarque uma opção."}
            )


def recusar_tipo_alheio(usuario, tipo: str) -> None:
    """Raises PermissionDenied for a kind that exists, and that was not offered."""
    if tipo in planilhas() and tipo not in tipos_permitidos(usuario):
        raise PermissionDenied


def limites() -> str:
    return f"CSV ou XLSX, até {MEGABYTES} MB e {inteiro(LINHAS_MAXIMAS)} linhas."


def ajuda(classes: Iterable[type[Planilha]]) -> list[dict]:
    """Per kind: what it is, the headers that its file may have, and what goes if the file is all there is."""
    return [
        {
            "tipo": classe.tipo,
            "titulo": classe.titulo_do_tipo(),
            "frase": classe.ajuda,
            "o_que_sai": getattr(classe, "o_que_sai", ""),
            "colunas": [_coluna(coluna, classe.modelo) for coluna in classe.colunas],
        }
        for classe in classes
    ]


def _coluna(coluna: Coluna, modelo: type[Model]) -> dict:
    return {
        "nome": capfirst(modelo._meta.get_field(coluna.campo).verbose_name),
        "titulos": [*coluna.nomes, coluna.campo],
        "obrigatoria": coluna.obrigatoria,
    }
