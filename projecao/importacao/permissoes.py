"""Who may bring in what: whoever may add and change the rows of the kind, one by one, may do it with a file."""

from django.contrib.auth import get_permission_codename

from projecao.importacao.planilha import Planilha, PlanilhaCompleta
from projecao.importacao.registro import planilhas

VER = "projecao.view_importacao"


def pode_importar(usuario, classe: type[Planilha], *, substituir: bool = False) -> bool:
    acoes = ["add", "change"]
    if substituir and issubclass(classe, PlanilhaCompleta) and classe.exclui:
        acoes.append("delete")
    return usuario.has_perm(VER) and all(_pode(usuario, acao, classe) for acao in acoes)


def pode_ver(usuario, classe: type[Planilha]) -> bool:
    """What a file of the kind changed: its rows are shown."""
    return usuario.has_perm(VER) and _pode(usuario, "view", classe)


def tipos_permitidos(usuario) -> dict[str, type[Planilha]]:
    return {tipo: classe for tipo, classe in planilhas().items() if pode_importar(usuario, classe)}


def _pode(usuario, acao: str, classe: type[Planilha]) -> bool:
    opcoes = classe.modelo._meta
    return usuario.has_perm(f"{opcoes.app_label}.{get_permission_codename(acao, opcoes)}")
