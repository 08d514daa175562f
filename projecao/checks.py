"""System checks: a combination of settings that cannot work stops the start with an id and a hint."""

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register

from projecao import fontes
from projecao.importacao import registro


def registrar() -> None:
    register(verificar_fontes, Tags.models)
    register(verificar_planilhas, Tags.models)
    register(verificar_fila, Tags.compatibility)
    register(verificar_memoria, Tags.caches)


def verificar_fontes(app_configs, **kwargs):
    try:
        carregadas = fontes.carregar()
    except (ImportError, TypeError, AttributeError) as erro:
        return [
            Error(
                f"PROJECAO_FONTES cannot be loaded: {erro}",
                hint="Each entry is the dotted path of a FonteDeDemanda or a FonteDeProducao.",
                id="projecao.E001",
            )
        ]
    origens = [fonte.origem for fonte in carregadas.todas]
    if len(set(origens)) < len(origens):
        return [Error(f"Two sources share an origin: {', '.join(origens)}", id="projecao.E002")]
    if not carregadas.demanda:
        return [Warning("PROJECAO_FONTES lists no source of demand: nothing ever leaves.", id="projecao.W001")]
    return []


def verificar_planilhas(app_configs, **kwargs):
    try:
        registro.planilhas()
    except (ImportError, TypeError, AttributeError) as erro:
        return [
            Error(
                f"PROJECAO_PLANILHAS cannot be loaded: {erro}",
                hint="Each entry is the dotted path of a projecao.importacao.planilha.Planilha.",
                id="projecao.E006",
            )
        ]
    return []


def verificar_fila(app_configs, **kwargs):
    cluster = settings.Q_CLUSTER
    erros = []
    if not cluster.get("orm"):
        erros.append(
            Error(
                "Q_CLUSTER must use the ORM broker.",
                hint="Other brokers run tasks of transactions that rolled back (docs/decisions).",
                id="projecao.E003",
            )
        )
    if cluster.get("retry", 60) <= (cluster.get("timeout") or 0):
        erros.append(
            Error("Q_CLUSTER['retry'] must be longer than 'timeout', or a task runs twice.", id="projecao.E004")
        )
    return erros


def verificar_memoria(app_configs, **kwargs):
    if settings.REDIS_URL and "redis" not in settings.CACHES["default"]["BACKEND"].lower():
        return [Error("REDIS_URL is set, but the default cache is not Redis.", id="projecao.E005")]
    return []
