from projecao.models.estoque import EstoqueAtual, MovimentacaoEstoque
from projecao.models.fila import EstadoInterno, ExecucaoJob, RecalculoPendente
from projecao.models.importacao import Importacao, Situacao
from projecao.models.produto import Produto, UnificacaoCodigos, UnificacaoInvalida
from projecao.models.projecao import EstoqueProjecaoCache
from projecao.models.trabalho import Trabalho

__all__ = [
    "EstadoInterno",
    "EstoqueAtual",
    "EstoqueProjecaoCache",
    "ExecucaoJob",
    "Importacao",
    "MovimentacaoEstoque",
    "Produto",
    "RecalculoPendente",
    "Situacao",
    "Trabalho",
    "UnificacaoCodigos",
    "UnificacaoInvalida",
]
