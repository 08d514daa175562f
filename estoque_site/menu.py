"""The sidebar: every screen of every app, for whom it would open."""

from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from carteira.admin.busca import BuscaDePedidos
from projecao.admin.acuracia import Acuracia
from projecao.admin.exportacao import Exportar
from projecao.admin.maquina import Saude
from projecao.admin.pagina import Pagina
from projecao.admin.portfolio import Portfolio

MENU = (
    (
        "Projeção",
        (
            ("Portfólio", "table_view", Portfolio),
            ("Projeções de estoque", "monitoring", "projecao.estoqueprojecaocache"),
            ("Estoque atual", "inventory_2", "projecao.estoqueatual"),
            ("Movimentações", "swap_vert", "projecao.movimentacaoestoque"),
            ("Produtos", "category", "projecao.produto"),
            ("Unificações de códigos", "merge", "projecao.unificacaocodigos"),
        ),
    ),
    (
        "Alertas",
        (
            ("Ocorrências", "assignment_late", "projecao.ocorrencia"),
            ("Eventos de ruptura", "notifications", "projecao.eventoderuptura"),
            ("E-mails para mim", "mark_email_unread", "projecao.acompanhamento"),
            ("E-mails enviados", "outgoing_mail", "projecao.avisoporemail"),
            ("Destinos de webhooks", "webhook", "projecao.destinowebhook"),
            ("Entregas de webhooks", "outbox", "projecao.entregawebhook"),
            ("Registro das ocorrências", "history_edu", "projecao.registrodeocorrencia"),
        ),
    ),
    (
        "Arquivos",
        (
            ("Importações", "upload_file", "projecao.importacao"),
            ("Exportar planilha", "download", Exportar),
        ),
    ),
    (
        "Carteira",
        (
            ("Pedido: pode sair?", "fact_check", BuscaDePedidos),
            ("Carteira de pedidos", "list_alt", "carteira.carteiraprincipal"),
            ("Pré-separações", "edit_calendar", "carteira.preseparacaoitem"),
            ("Separações", "inventory", "carteira.separacao"),
            ("Pedidos", "local_shipping", "carteira.pedido"),
        ),
    ),
    (
        "Histórico",
        (
            ("Acurácia", "target", Acuracia),
            ("Projeções diárias", "calendar_month", "projecao.projecaodiaria"),
            ("Resumos mensais", "date_range", "projecao.resumomensal"),
        ),
    ),
    ("Produção", (("Programação de produção", "factory", "producao.programacaoproducao"),)),
    (
        "Administração",
        (
            ("Saúde do sistema", "monitor_heart", Saude),
            ("Trabalhos", "assignment_turned_in", "projecao.trabalho"),
            ("Recálculos pendentes", "pending_actions", "projecao.recalculopendente"),
            ("Execuções de jobs", "history", "projecao.execucaojob"),
            ("Agendamentos", "schedule", "django_q.schedule"),
            ("Tarefas na fila", "queue", "django_q.ormq"),
            ("Tarefas concluídas", "task_alt", "django_q.success"),
            ("Tarefas com falha", "error", "django_q.failure"),
            ("Estado interno", "settings", "projecao.estadointerno"),
            ("Usuários", "person", "auth.user"),
            ("Grupos", "group", "auth.group"),
            ("Tokens da API", "key", "knox.authtoken"),
            ("Senhas erradas", "lock_clock", "axes.accessattempt"),
        ),
    ),
)
"""(group, its items): each a title, an icon, and what opens: a model's list, or a `Pagina`."""


def menu(request) -> list[dict]:
    """`UNFOLD["SIDEBAR"]["navigation"]`."""
    grupos = [
        {"title": titulo, "separator": True, "items": [_item(*item) for item in itens if _abre(request, item[-1])]}
        for titulo, itens in MENU
    ]
    _marcar_aberto(request, [item for grupo in grupos for item in grupo["items"]])
    return [grupo for grupo in grupos if grupo["items"]]


def _marcar_aberto(request, itens: list[dict]) -> None:
    """Only the nearest: a page's address lies below that of its model's list, which unfold would mark as well."""
    aberto = max((item["link"] for item in itens if request.path.startswith(item["link"])), key=len, default=None)
    for item in itens:
        item["active"] = item["link"] == aberto


def _abre(request, destino: str | type[Pagina]) -> bool:
    if isinstance(destino, str):
        return admin.site.get_model_admin(apps.get_model(destino)).has_view_permission(request)
    return destino.permite(request)


def _item(titulo: str, icone: str, destino: str | type[Pagina]) -> dict:
    nome = f"{destino.replace('.', '_')}_changelist" if isinstance(destino, str) else destino.nome
    return {"title": titulo, "icon": icone, "link": reverse(f"admin:{nome}")}
