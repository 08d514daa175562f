from django.db.models import Exists, OuterRef, Q

from producao.models import ProgramacaoProducao
from projecao.banco import em_milesimos, soma_em_milesimos
from projecao.fontes import Documento, FonteDeProducao


class Producao(FonteDeProducao):
    origem = "producao"
    modelo = ProgramacaoProducao

    def _linhas(self, cods, hoje):
        # The engine ignores past dates; years of past plans need not travel to be ignored.
        linhas = self.modelo.objects.filter(data_programacao__gte=hoje).order_by()
        return linhas if cods is None else linhas.filter(cod_produto__in=cods)

    def quantidades(self, cods, hoje):
        grupos = self._linhas(cods, hoje).values_list("cod_produto", "data_programacao")
        return grupos.annotate(soma=soma_em_milesimos("qtd_programada"))

    def documentos(self, cods, hoje, num_pedido=None):
        if num_pedido is not None:
            return  # production is for stock, not for an order
        colunas = (
            self._linhas(cods, hoje)
            .annotate(milesimos=em_milesimos("qtd_programada"))
            .values_list("cod_produto", "data_programacao", "milesimos", "id", "cliente_produto", "linha_producao")
        )
        for cod, data, milesimos, pk, cliente, linha in colunas.order_by("data_programacao", "id"):
            yield Documento(self.origem, cod, data, milesimos, pk, cliente=cliente, linha_producao=linha)

    def nomes(self, cods):
        com_nome = self.modelo.objects.filter(cod_produto__in=cods).exclude(nome_produto="")
        return dict(com_nome.order_by("data_programacao").values_list("cod_produto", "nome_produto"))

    def linhas(self, cods):
        """The line of the product's latest plan."""
        com_linha = self._com_linha().filter(cod_produto__in=cods)
        return dict(com_linha.order_by("data_programacao", "id").values_list("cod_produto", "linha_producao"))

    def linhas_conhecidas(self):
        return self._com_linha().values_list("linha_producao", flat=True).distinct()

    def codigos_da_linha(self, linha):
        depois = Q(data_programacao__gt=OuterRef("data_programacao"))
        depois |= Q(data_programacao=OuterRef("data_programacao"), id__gt=OuterRef("id"))
        mais_novas = self._com_linha().filter(depois, cod_produto=OuterRef("cod_produto"))
        desta = self._com_linha().filter(linha_producao=linha)
        return desta.exclude(Exists(mais_novas)).values("cod_produto")

    def _com_linha(self):
        return self.modelo.objects.exclude(linha_producao="").order_by()
