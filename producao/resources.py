"""The production plan's file (SPEC.md section 8)."""

from django.db.models import QuerySet

from producao.models import ProgramacaoProducao
from projecao.importacao.coluna import Coluna
from projecao.importacao.planilha import Linha, PlanilhaCompleta


class Producao(PlanilhaCompleta):
    tipo = "producao"
    o_que_sai = "o plano entre o primeiro e o último dia do arquivo, que o arquivo não traz, é excluído"
    exclui = True
    ajuda = "O plano do PCP: dia, máquina, produto e quantidade."
    modelo = ProgramacaoProducao
    chave = ("data_programacao", "cod_produto", "linha_producao", "observacao_pcp", "cliente_produto")
    busca = "data_programacao"
    repete = True
    colunas = (
        Coluna("data_programacao", ("DATA",), obrigatoria=True),
        Coluna("linha_producao", ("SEÇÃO / MÁQUINA",)),
        Coluna("cod_produto", ("CÓDIGO",), obrigatoria=True),
        Coluna("observacao_pcp", ("OP",)),
        Coluna("nome_produto", ("DESCRIÇÃO",)),
        Coluna("cliente_produto", ("CLIENTE",)),
        Coluna("qtd_programada", ("QTDE",), obrigatoria=True, minimo=0),
    )

    def substituiveis(self, linhas: list[Linha]) -> QuerySet:
        """The plan between the file's first and last day."""
        datas = [linha.valores["data_programacao"] for linha in linhas]
        return ProgramacaoProducao.objects.filter(data_programacao__range=(min(datas), max(datas)))

    def retirar(self, conjunto: QuerySet) -> None:
        conjunto.delete()
