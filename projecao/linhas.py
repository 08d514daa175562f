"""Which production line makes a product: that of the first of its codes for which a source knows one."""

from collections.abc import Collection, Mapping

from django.db.models import Q

from projecao import fontes, unificacao
from projecao.models import UnificacaoCodigos


def dos_produtos(codigos: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Destination → its line, where it has one. `codigos`: destination → the codes counted for it, itself first."""
    conhecidas: dict[str, str] = {}
    todos = [cod for cods in codigos.values() for cod in cods]
    for fonte in fontes.carregar().todas:
        conhecidas |= fonte.linhas(todos)
    achadas = ((destino, [conhecidas[cod] for cod in cods if cod in conhecidas]) for destino, cods in codigos.items())
    return {destino: linhas[0] for destino, linhas in achadas if linhas}


def existentes() -> list[str]:
    return sorted({linha for fonte in fontes.carregar().todas for linha in fonte.linhas_conhecidas()})


def feitos_em(linha: str) -> Q:
    """The rows of `EstoqueProjecaoCache` whose line, as `dos_produtos` says, is this one."""
    onde, destinos = Q(), set()
    for fonte in fontes.carregar().todas:
        cods = fonte.codigos_da_linha(linha)
        onde |= Q(cod_produto__in=cods)  # its own line comes first, whatever is unified into it
        unificados = UnificacaoCodigos.objects.filter(ativo=True, codigo_origem__in=cods).order_by()
        destinos |= set(unificados.values_list("codigo_destino", flat=True))
    # The others have a line of an origin's, and only the rule itself tells whose comes first: as many as there
    # are unifications, not as there are products.
    delas = dos_produtos(unificacao.resolver(destinos).codigos)
    return onde | Q(cod_produto__in=[destino for destino, dela in delas.items() if dela == linha])
