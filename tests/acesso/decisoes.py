"""Who may do what, address by address. The first rule whose expression matches the whole pattern decides.

A model of the admin is decided once (`MODELOS`), for its five pages and its actions.
"""

import re
from dataclasses import dataclass

ANONIMO, TOKEN_VENCIDO, TOKEN = "anonimo", "token_vencido", "token"
SEM_EQUIPE, SEM_GRUPO, CONSULTA, PLANEJADOR, SUPER = "sem_equipe", "sem_grupo", "consulta", "planejador", "super"

NINGUEM: frozenset[str] = frozenset()
SUPERS = frozenset({SUPER})
PLANEJAM = SUPERS | {PLANEJADOR}
LEEM = PLANEJAM | {CONSULTA}
EQUIPE = LEEM | {SEM_GRUPO}
"""Whoever the admin lets in (`is_staff`), with or without a group."""
COM_LOGIN = EQUIPE | {SEM_EQUIPE, TOKEN}
"""The API asks for a login and no more; the admin also knows no tokens."""
QUALQUER_UM = COM_LOGIN | {ANONIMO, TOKEN_VENCIDO}

LEITURA, GRAVACAO = ("GET", "HEAD"), ("POST", "PUT", "PATCH", "DELETE")
VERBOS = (*LEITURA, "OPTIONS", *GRAVACAO)


@dataclass(frozen=True)
class Decisao:
    ler: frozenset[str] = NINGUEM
    gravar: frozenset[str] = NINGUEM
    """May POST. Other methods that write are offered by nobody, but for `apagar`."""
    apagar: frozenset[str] = NINGUEM
    permitido: str = "ok"
    """What those who may get."""
    negado: str = "negado"
    """What those get who are logged in and may not."""
    sem_sessao: bool = False
    """Takes no session, so that there is nothing to forge."""
    corpo: dict | None = None
    consulta: str = ""
    """What a POST must have to be understood."""

    def de(self, metodo: str) -> frozenset[str]:
        return {"POST": self.gravar, "DELETE": self.apagar}.get(metodo, self.ler if metodo in LEITURA else NINGUEM)


@dataclass(frozen=True)
class Modelo:
    ver: frozenset[str] = LEEM
    incluir: frozenset[str] = NINGUEM
    alterar: frozenset[str] = NINGUEM
    excluir: frozenset[str] = NINGUEM


SO_LIDO = Modelo()
EDITADO = Modelo(LEEM, PLANEJAM, PLANEJAM, PLANEJAM)
DE_QUEM_CUIDA = Modelo(SUPERS, SUPERS, SUPERS, SUPERS)

MODELOS = {
    "projecao/produto": EDITADO,
    "projecao/unificacaocodigos": EDITADO,
    # A cancelled movement stays in the ledger.
    "projecao/movimentacaoestoque": Modelo(LEEM, PLANEJAM, PLANEJAM, SUPERS),
    "projecao/importacao": Modelo(LEEM, incluir=PLANEJAM),
    "projecao/estoqueatual": SO_LIDO,
    "projecao/estoqueprojecaocache": SO_LIDO,
    "projecao/recalculopendente": SO_LIDO,
    "projecao/execucaojob": SO_LIDO,
    "projecao/trabalho": SO_LIDO,
    "projecao/estadointerno": Modelo(SUPERS),
    "projecao/projecaodiaria": SO_LIDO,
    "projecao/resumomensal": SO_LIDO,
    "projecao/eventoderuptura": SO_LIDO,
    "projecao/ocorrencia": SO_LIDO,
    "projecao/registrodeocorrencia": SO_LIDO,
    "projecao/destinowebhook": EDITADO,
    "projecao/entregawebhook": SO_LIDO,
    # Of these each sees and changes his own alone.
    "projecao/acompanhamento": Modelo(LEEM, LEEM, LEEM, LEEM),
    "projecao/avisoporemail": SO_LIDO,
    "carteira/carteiraprincipal": EDITADO,
    "carteira/pedido": EDITADO,
    "carteira/separacao": EDITADO,
    "carteira/preseparacaoitem": EDITADO,
    "producao/programacaoproducao": EDITADO,
    "auth/user": DE_QUEM_CUIDA,
    "auth/group": DE_QUEM_CUIDA,
    "knox/authtoken": Modelo(SUPERS, incluir=SUPERS, excluir=SUPERS),
    "axes/accessattempt": Modelo(SUPERS, excluir=SUPERS),
    "django_q/schedule": DE_QUEM_CUIDA,
    "django_q/success": Modelo(SUPERS),
    "django_q/failure": Modelo(SUPERS),
    "django_q/ormq": Modelo(SUPERS),
}
ACOES = {
    "delete_selected": lambda modelo: modelo.excluir,
    "forcar_recalculo": lambda modelo: PLANEJAM,
    "reenviar": lambda modelo: PLANEJAM,
}
"""Who may run what a list offers for its ticked rows."""

LEITURA_DA_API = Decisao(ler=COM_LOGIN)
PAGINA = Decisao(ler=LEEM)
DIALOGO = Decisao(ler=PLANEJAM, gravar=PLANEJAM)
ENVIO = Decisao(gravar=PLANEJAM)

REGRAS = [
    # Without a login
    (r"", Decisao(ler=QUALQUER_UM, gravar=QUALQUER_UM)),  # leads to the admin, whatever is sent
    (r"saude", Decisao(ler=QUALQUER_UM, gravar=QUALQUER_UM)),  # reads nothing of what is sent
    (r"admin/login/", Decisao(ler=QUALQUER_UM, gravar=QUALQUER_UM)),
    (r"api/token", Decisao(gravar=QUALQUER_UM - {TOKEN_VENCIDO}, apagar=frozenset({TOKEN}), sem_sessao=True)),
    (r"metrics", Decisao(ler=SUPERS)),  # and Prometheus, by a token of its own
    # The API
    (r"api/(schema|docs)", LEITURA_DA_API),
    (r"api/estoque(/cache/status|/rupturas|/<codigo:cod>/(atual|projecao|disponibilidade))?", LEITURA_DA_API),
    (r"api/produto/<codigo:cod>/(cardex(-detalhado)?|acuracia)", LEITURA_DA_API),
    (r"api/acuracia", LEITURA_DA_API),
    (r"api/(eventos|ocorrencias(/<int:pk>)?)", PAGINA),
    (r"api/ocorrencias/<int:pk>/<str:acao>", Decisao(gravar=PLANEJAM, corpo={"texto": "já pedi"})),
    (r"api/pedido/<codigo:num>/workspace", LEITURA_DA_API),
    (r"api/estoque/<codigo:cod>/recalcular", ENVIO),
    # The admin's own
    (r"admin/(search/)?", Decisao(ler=EQUIPE, gravar=EQUIPE)),
    (r"admin/(jsi18n|password_change/done)/", Decisao(ler=EQUIPE)),
    # By a GET nobody is logged out: whoever is in hears so, and whoever is out is sent home.
    (r"admin/logout/", Decisao(ler=QUALQUER_UM - EQUIPE, gravar=QUALQUER_UM, negado="metodo")),
    (r"admin/password_change/", Decisao(ler=EQUIPE, gravar=EQUIPE)),
    (r"admin/autocomplete/", Decisao()),  # no form completes anything
    (r"admin/r/.*", Decisao(ler=EQUIPE, gravar=EQUIPE, permitido="nada")),  # no record has a public page
    (r"admin/\(\?P<url>\.\*\)", Decisao(ler=EQUIPE, gravar=EQUIPE, permitido="nada")),
    (r"admin/(projecao|carteira|producao)/", Decisao(ler=LEEM, gravar=LEEM, negado="nada")),
    (r"admin/(auth|knox|axes|django_q)/", Decisao(ler=SUPERS, gravar=SUPERS, negado="nada")),
    # Our pages in it
    (r"admin/projecao/estoqueprojecaocache/(portfolio|vivo)", PAGINA),
    (r"admin/projecao/estoqueprojecaocache/portfolio\.<str:formato>", PAGINA),
    (r"admin/projecao/projecaodiaria/acuracia(\.<str:formato>)?", PAGINA),
    (
        r"admin/projecao/ocorrencia/(<path:object_id>/change/)?",
        Decisao(ler=LEEM, gravar=PLANEJAM, corpo={"acao": "comentar", "texto": "já pedi"}),
    ),
    # Another's is not found, before anybody is asked who he is.
    (
        r"admin/projecao/(acompanhamento|avisoporemail)/<path:object_id>/history/",
        Decisao(ler=EQUIPE, gravar=EQUIPE),
    ),
    (r"admin/projecao/destinowebhook/<path:object_id>/(testar|trocar-segredo)/", DIALOGO),
    (r"admin/projecao/entregawebhook/<path:object_id>/reenviar/", DIALOGO),
    (r"admin/projecao/recalculopendente/saude", PAGINA),
    (r"admin/projecao/recalculopendente/saude/(conferir|recalcular-tudo|conferencia/<int:pk>/corrigir)", ENVIO),
    (r"admin/projecao/trabalho/<int:pk>/andamento", PAGINA),
    (r"admin/projecao/(produto|estoqueprojecaocache)/<path:object_id>/forcar-recalculo/", DIALOGO),
    (r"admin/projecao/estoqueprojecaocache/recalcular-todos/", DIALOGO),
    (r"admin/projecao/importacao/exportar(/projecao\.<str:formato>)?", PAGINA),
    # What they answer does not depend on the method.
    (r"admin/projecao/importacao/<int:pk>/(andamento|erros\.csv|arquivo)", Decisao(ler=LEEM, gravar=LEEM)),
    (r"admin/projecao/importacao/<path:object_id>/change/", Decisao(ler=LEEM, gravar=LEEM)),
    (
        r"admin/projecao/importacao/<int:pk>/(confirmar|conferir|descartar)",
        Decisao(gravar=PLANEJAM, corpo={"conferencia": "1"}),
    ),
    (r"admin/carteira/carteiraprincipal/workspace/", PAGINA),
    (
        r"admin/carteira/carteiraprincipal/workspace/<codigo:num>",
        Decisao(ler=LEEM, gravar=PLANEJAM, consulta="?incluir=4320162"),
    ),
    (r"admin/carteira/\w+/<path:object_id>/pode-sair/", Decisao(ler=LEEM, gravar=LEEM)),
    (r"admin/auth/user/<id>/password/", Decisao(ler=SUPERS, gravar=SUPERS)),
]
DE_MODELO = re.compile(
    r"admin/(?P<modelo>\w+/\w+)/(?:<path:object_id>/)?(?P<pagina>add/|change/|delete/|history/)?(?P<fim>)"
)


def decisao(padrao: str) -> Decisao | None:
    """None: nobody decided."""
    for expressao, regra in REGRAS:
        if re.fullmatch(expressao, padrao):
            return regra
    achado = DE_MODELO.fullmatch(padrao)
    modelo = MODELOS.get(achado["modelo"]) if achado else None
    if modelo is None:
        return None
    paginas = {
        "add/": Decisao(ler=modelo.incluir, gravar=modelo.incluir),
        "change/": Decisao(ler=modelo.ver, gravar=modelo.alterar),
        "delete/": Decisao(ler=modelo.excluir, gravar=modelo.excluir),
        "history/": Decisao(ler=modelo.ver, gravar=modelo.ver),
    }
    if achado["pagina"]:
        return paginas[achado["pagina"]]
    if "object_id" in padrao:
        return Decisao(ler=EQUIPE, gravar=EQUIPE)  # leads to its change page, which decides
    return Decisao(ler=modelo.ver, gravar=modelo.ver)  # a list; its actions decide for themselves
