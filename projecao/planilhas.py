"""The files of the core: products, unifications, stock movements (SPEC.md section 8)."""

from collections.abc import Hashable, Iterable
from hashlib import sha256

from django.db.models import Model, QuerySet

from projecao.importacao.coluna import Coluna
from projecao.importacao.erros import ErroDeLinha, ValorInvalido
from projecao.importacao.planilha import Linha, Planilha, Valores
from projecao.models import MovimentacaoEstoque, Produto, UnificacaoCodigos
from projecao.models.estoque import sinal_errado


class Produtos(Planilha):
    tipo = "produtos"
    ajuda = "Cadastro dos produtos: código, descrição, palletização, peso e estoque de segurança."
    modelo = Produto
    chave = ("cod_produto",)
    busca = "cod_produto"
    colunas = (
        Coluna("cod_produto", ("Cód.Produto", "Código"), obrigatoria=True),
        Coluna("nome_produto", ("Descrição Produto", "Descrição")),
        Coluna("unidade", ("UN",)),
        Coluna("estoque_seguranca", ("Estoque de segurança",), minimo=0),
        Coluna("palletizacao", ("PALLETIZACAO",), minimo=0),
        Coluna("peso_bruto", ("PESO BRUTO",), minimo=0, arredonda=True),
        Coluna("ativo"),
    )


class Unificacao(Planilha):
    tipo = "unificacao"
    ajuda = "Códigos que são o mesmo produto: de qual, para qual."
    modelo = UnificacaoCodigos
    chave = ("codigo_origem",)
    busca = "codigo_origem"
    colunas = (
        Coluna("codigo_origem", ("De - Codigo",), obrigatoria=True),
        Coluna("codigo_destino", ("Para - Codigo",), obrigatoria=True),
        Coluna("observacao", ("Observação",)),
        Coluna("ativo"),
    )

    def revisar(self, valores: Valores) -> Iterable[ValorInvalido]:
        if valores["codigo_origem"] == valores["codigo_destino"]:
            yield ValorInvalido("um código não se unifica consigo mesmo", "codigo_destino")

    def validar(self, linhas: list[Linha]) -> list[ErroDeLinha]:
        """No chains, no cycles, no code that is both, once the file is stored: before the model itself refuses it."""
        guardadas = UnificacaoCodigos.objects.values_list("codigo_origem", "codigo_destino", "ativo")
        situacao = {origem: (destino, ativo, "") for origem, destino, ativo in guardadas}
        for linha in linhas:
            origem = linha.valores["codigo_origem"]
            _, ativo, _ = situacao.get(origem, ("", True, ""))
            ativo = linha.valores.get("ativo", ativo)
            situacao[origem] = linha.valores["codigo_destino"], ativo, f" (linha {linha.numero})"
        ativas = {origem: (destino, onde) for origem, (destino, ativo, onde) in situacao.items() if ativo}
        destinos = {destino: (origem, onde) for origem, (destino, onde) in ativas.items()}
        erros = []
        for linha in linhas:
            origem, destino = linha.valores["codigo_origem"], linha.valores["codigo_destino"]
            if origem not in ativas:
                continue
            if destino in ativas:
                outro, onde = ativas[destino]
                motivo = f"{destino} é unificado em {outro}{onde}: não pode ser destino"
                erros.append(ErroDeLinha(linha.numero, self.titulo("codigo_destino"), motivo))
            if origem in destinos:
                outro, onde = destinos[origem]
                motivo = f"{origem} é o destino de {outro}{onde}: não pode ser unificado em outro código"
                erros.append(ErroDeLinha(linha.numero, self.titulo("codigo_origem"), motivo))
        return erros


class Movimentacoes(Planilha):
    """No natural key: a movement is its content and its turn among identical ones.

    So the same file, or files that overlap, never count twice; and a movement that was corrected or cancelled
    here after it came in is not brought back.
    """

    tipo = "movimentacoes"
    ajuda = (
        "O razão do estoque: entradas, saídas, ajustes, produção e estoque inicial. "
        "O mesmo arquivo duas vezes não conta duas vezes."
    )
    modelo = MovimentacaoEstoque
    chave = ("tipo_movimentacao", "cod_produto", "data_movimentacao", "local_movimentacao", "qtd_movimentacao")
    busca = "chave_importacao"
    repete = True
    # The company's headers say one thing and hold another: this is how SPEC.md section 8 reads them.
    colunas = (
        Coluna("tipo_movimentacao", ("Column1.COD_EMPRESA", "Tipo"), obrigatoria=True),
        Coluna("cod_produto", ("Column1.COD_PRODUTO",), obrigatoria=True),
        Coluna("nome_produto", ("Column1.DESCR_PRODUTO",)),
        Coluna("local_movimentacao", ("Column1.UN", "Local")),
        Coluna("data_movimentacao", ("Column1.COD_LOCAL", "Data"), obrigatoria=True),
        Coluna("qtd_movimentacao", ("Column1.SALDO_ITEM", "Quantidade"), obrigatoria=True),
        Coluna("observacao", ("Observação",)),
        Coluna("ativo"),
    )

    def revisar(self, valores: Valores) -> Iterable[ValorInvalido]:
        if motivo := sinal_errado(valores["tipo_movimentacao"], valores["qtd_movimentacao"]):
            yield ValorInvalido(motivo, "qtd_movimentacao")

    def base(self, valores) -> tuple:
        return tuple(valores.get(campo, "") for campo in self.chave)

    def identidade(self, base: tuple, ordem: int) -> str:
        conteudo = "\x1f".join(str(parte) for parte in (*base, ordem))
        return sha256(conteudo.encode()).hexdigest()

    def grupo(self, linha: Linha) -> str:
        return linha.identidade

    def guardadas(self, conjunto: QuerySet) -> dict[Hashable, Model]:
        return {objeto.chave_importacao: objeto for objeto in conjunto.only("chave_importacao")}

    def criar(self, linha: Linha) -> Model:
        return MovimentacaoEstoque(chave_importacao=linha.identidade, **linha.valores)

    def mudancas(self, objeto: Model, valores: Valores) -> dict:
        return {}
