"""The state of the machine: tiers, queue, jobs. What `cache/status`, `status_cache` and the admin show."""

from django.db.models import Min
from django.utils import timezone
from django_q.status import Stat

from projecao import execucoes, fila, recalculo
from projecao.memoria import Estado, cache_memoria
from projecao.models import EstoqueProjecaoCache, ExecucaoJob, Produto, RecalculoPendente, Trabalho

MAIS_LENTOS = 10
QUE_FALHAM = 20
NA_MEMORIA = 100
EXECUCOES = 20
TRABALHOS = 10


def situacao() -> dict:
    agora, na_fila = timezone.now(), fila.profundidade()
    linhas, expiradas = EstoqueProjecaoCache.objects.count(), recalculo.antigas().count()
    lentos = EstoqueProjecaoCache.objects.order_by("-tempo_calculo_ms")[:MAIS_LENTOS]
    return {
        "linhas": {
            "total": linhas,
            "frescas": linhas - expiradas,
            "expiradas": expiradas,
            "de_outro_dia": recalculo.de_outro_dia().count(),
        },
        "fila": {
            "marcas": na_fila.marcas,
            "produtos": na_fila.produtos,
            "com_erro": na_fila.com_erro,
            "idade_mais_antiga_segundos": (
                round((agora - na_fila.mais_antiga).total_seconds(), 3) if na_fila.mais_antiga else None
            ),
        },
        "memoria": cache_memoria.status(),
        "jobs": {
            nome: {
                "inicio": timezone.localtime(execucao.inicio),
                "duracao_ms": round(execucao.duracao_ms, 3),
                "produtos": execucao.produtos,
                "falhas": execucao.falhas,
                "erro": execucao.erro,
            }
            for nome, execucao in execucoes.ultimas().items()
        },
        "mais_lentos": [
            {
                "cod_produto": linha.cod_produto,
                "tempo_calculo_ms": round(linha.tempo_calculo_ms, 3),
                "versao": linha.versao,
            }
            for linha in lentos
        ],
    }


def detalhes() -> dict:
    """What a person who asks whether the machine is healthy wants beside `situacao`. A constant number of queries."""
    return {
        "pendentes": EstoqueProjecaoCache.objects.publicas().com_pendencia().filter(pendente=True).count(),
        "mais_antiga_sem_erro": RecalculoPendente.objects.filter(erro="").aggregate(em=Min("criado_em"))["em"],
        "motivos": fila.por_motivo(),
        "falham": fila.que_falham(QUE_FALHAM),
        "na_memoria": cache_memoria.conteudo(NA_MEMORIA),
        "medias": execucoes.medias(),
        "proximas": execucoes.proximas(),
        "execucoes": list(ExecucaoJob.objects.order_by("-id")[:EXECUCOES]),
        "trabalhos": _trabalhos(),
        "trabalhadores": trabalhadores(),
    }


def _trabalhos() -> list[Trabalho]:
    da_maquina = (Trabalho.Tipo.RECALCULAR, Trabalho.Tipo.CONFERIR_ESTOQUE, Trabalho.Tipo.CORRIGIR_ESTOQUE)
    pedidos = Trabalho.objects.filter(tipo__in=da_maquina).order_by("-id")
    return list(pedidos.select_related("criado_por").defer("parametros")[:TRABALHOS])


def trabalhadores() -> int | None:
    """Worker processes that say they live; None if nobody can tell, since what they say it through is away."""
    try:
        vivos = sum(len(grupo.workers) for grupo in Stat.get_all())
    except OSError:  # a file of the cache that ends while it is read
        vivos = 0
    return None if not vivos and cache_memoria.status()["estado"] == Estado.INDISPONIVEL else vivos


def nomes(cods: set[str]) -> dict[str, str]:
    return dict(Produto.objects.filter(pk__in=cods).values_list("pk", "nome_produto"))


def com_projecao(cods: set[str]) -> set[str]:
    """Those that have a row, and so a page."""
    return set(EstoqueProjecaoCache.objects.publicas().filter(pk__in=cods).values_list("pk", flat=True))
