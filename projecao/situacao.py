"""The state of the machine: tiers, queue, jobs. What `cache/status`, `status_cache` and the admin show."""

from django.utils import timezone

from projecao import execucoes, fila, recalculo
from projecao.memoria import cache_memoria
from projecao.models import EstoqueProjecaoCache

MAIS_LENTOS = 10


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
