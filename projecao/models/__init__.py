from projecao.models.alerta import EventoDeRuptura
from projecao.models.aviso import Acompanhamento, AvisoPorEmail
from projecao.models.estoque import EstoqueAtual, MovimentacaoEstoque
from projecao.models.fila import EstadoInterno, ExecucaoJob, RecalculoPendente
from projecao.models.historico import ProjecaoDiaria, ResumoMensal
from projecao.models.importacao import Importacao, Situacao
from projecao.models.ocorrencia import Ocorrencia, RegistroDeOcorrencia
from projecao.models.produto import Produto, UnificacaoCodigos, UnificacaoInvalida
from projecao.models.projecao import EstoqueProjecaoCache
from projecao.models.trabalho import Trabalho
from projecao.models.webhook import DestinoWebhook, EntregaWebhook

__all__ = [
    "Acompanhamento",
    "AvisoPorEmail",
    "DestinoWebhook",
    "EntregaWebhook",
    "EstadoInterno",
    "EstoqueAtual",
    "EstoqueProjecaoCache",
    "EventoDeRuptura",
    "ExecucaoJob",
    "Importacao",
    "MovimentacaoEstoque",
    "Ocorrencia",
    "Produto",
    "ProjecaoDiaria",
    "RecalculoPendente",
    "RegistroDeOcorrencia",
    "ResumoMensal",
    "Situacao",
    "Trabalho",
    "UnificacaoCodigos",
    "UnificacaoInvalida",
]
