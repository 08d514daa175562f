"""TIPO → what describes its files. The installation lists them in `settings.PROJECAO_PLANILHAS`."""

from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from projecao.importacao.erros import TipoDesconhecido
from projecao.importacao.planilha import Planilha


def planilhas() -> dict[str, type[Planilha]]:
    return _carregar(tuple(settings.PROJECAO_PLANILHAS))


def planilha_de(tipo: str) -> type[Planilha]:
    try:
        return planilhas()[tipo]
    except KeyError:
        raise TipoDesconhecido(f'Tipo desconhecido: "{tipo}". Use um destes: {", ".join(planilhas())}.') from None


@lru_cache(maxsize=8)
def _carregar(caminhos: tuple[str, ...]) -> dict[str, type[Planilha]]:
    """Raises ImportError or TypeError for what is no Planilha."""
    classes = [import_string(caminho) for caminho in caminhos]
    for caminho, classe in zip(caminhos, classes, strict=True):
        if not (isinstance(classe, type) and issubclass(classe, Planilha)):
            raise TypeError(f"{caminho} is no Planilha")
    return {classe.tipo: classe for classe in classes}
