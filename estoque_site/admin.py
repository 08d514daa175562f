"""Users, groups, tokens and background work, in the clothes of the other screens.

This app comes last in INSTALLED_APPS, so what it registers again replaces what django, knox and django-q2 registered.
"""

from axes.models import AccessAttempt
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.core.paginator import InvalidPage
from django.http import Http404
from django_q.admin import FailAdmin, QueueAdmin, ScheduleAdmin, TaskAdmin
from django_q.models import Failure, OrmQ, Schedule, Success
from knox.admin import AuthTokenAdmin
from knox.models import AuthToken
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from projecao.admin.base import SomenteLeitura, TelaAdmin, coluna_de_data

admin.site.index_title = "Início"
_buscar = admin.site.search


def buscar(request, extra_context=None):
    """unfold's, for which a page that is not there is an error of ours."""
    try:
        return _buscar(request, extra_context)
    except InvalidPage:
        raise Http404 from None


admin.site.search = buscar
# knox names nothing in any language. Its migrations do not see these.
apps.get_app_config("knox").verbose_name = "API"
AuthToken._meta.verbose_name, AuthToken._meta.verbose_name_plural = "token da API", "tokens da API"
for nome, titulo in {
    "digest": "resumo",
    "token_key": "início do token",
    "user": "usuário",
    "created": "criado em",
    "expiry": "expira em",
}.items():
    AuthToken._meta.get_field(nome).verbose_name = titulo

for modelo in (User, Group, AuthToken, Schedule, Success, Failure, OrmQ):
    admin.site.unregister(modelo)


ACOES = {"add": "incluir", "change": "alterar", "delete": "excluir", "view": "ver"}


def nome_da_permissao(permissao: Permission) -> str:
    """The database keeps Django's English names: "Can add linha da carteira"."""
    acao, _, modelo = permissao.codename.partition("_")
    if acao in ACOES and modelo == permissao.content_type.model:
        return f"{permissao.content_type} | {ACOES[acao]}"
    return str(permissao)


class ComPermissoes:
    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.related_model is not Permission:
            return super().formfield_for_manytomany(db_field, request, **kwargs)
        kwargs["queryset"] = Permission.objects.select_related("content_type")
        campo = super().formfield_for_manytomany(db_field, request, **kwargs)
        campo.label_from_instance = nome_da_permissao
        return campo


@admin.register(User)
class UsuarioAdmin(ComPermissoes, UserAdmin, TelaAdmin):
    compressed_fields = False  # the two-list widgets need the width
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = [
        "username",
        "first_name",
        "last_name",
        "email",
        "is_staff",
        "is_superuser",
        coluna_de_data("last_login", "último login"),
    ]


@admin.register(Group)
class GrupoAdmin(ComPermissoes, GroupAdmin, TelaAdmin):
    compressed_fields = False


@admin.register(AuthToken)
class TokenAdmin(AuthTokenAdmin, TelaAdmin):
    list_display = ["token_key", "user", coluna_de_data("created", "criado em"), coluna_de_data("expiry", "expira em")]
    list_select_related = ["user"]
    search_fields = ["token_key", "user__username"]
    date_hierarchy = "created"

    def has_change_permission(self, request, obj=None):
        return False  # a token is made and revoked: nothing of it can be edited

    def save_model(self, request, obj, form, change):
        # The form knows the token itself, the database only its digest.
        self.message_user(
            request, f"Copie o token agora: ele não será mostrado de novo. {form.token}", messages.WARNING
        )
        obj.save()


@admin.register(AccessAttempt)
class TentativaDeLoginAdmin(SomenteLeitura):
    """Wrong passwords, by user, address and browser. Deleting what counts against somebody lets him try again."""

    list_display = [
        "username",
        "ip_address",
        "failures_since_start",
        coluna_de_data("attempt_time", "última tentativa"),
    ]
    fields = ["username", "ip_address", "user_agent", "path_info", "failures_since_start", "attempt_time"]
    search_fields = ["username", "ip_address"]
    ordering = ["-attempt_time"]
    date_hierarchy = "attempt_time"

    def has_delete_permission(self, request, obj=None):
        return admin.ModelAdmin.has_delete_permission(self, request, obj)


@admin.register(Schedule)
class AgendamentoAdmin(ScheduleAdmin, TelaAdmin):
    """Whoever may add a Schedule may run any importable callable: superusers only, whatever they were granted."""

    list_display = [
        "name",
        "func",
        "schedule_type",
        "cron",
        coluna_de_data("next_run", "próxima execução"),
        "get_success",
    ]
    list_display_links = ["name"]
    list_filter = ["schedule_type"]

    def _pode(self, request, *args, **kwargs):
        return request.user.is_active and request.user.is_superuser

    has_module_permission = has_view_permission = _pode
    has_add_permission = has_change_permission = has_delete_permission = _pode


class Tarefas(SomenteLeitura):
    """A record of what ran. Neither edited nor sent again: our queue of marks is the retry."""

    actions = []
    list_filter = ["func"]
    date_hierarchy = "started"


@admin.register(Success)
class TarefaConcluidaAdmin(Tarefas, TaskAdmin):
    list_display = ["name", "func", coluna_de_data("started", "início"), "time_taken"]


@admin.register(Failure)
class TarefaComFalhaAdmin(Tarefas, FailAdmin):
    list_display = ["name", "func", coluna_de_data("started", "início"), "short_result"]


@admin.register(OrmQ)
class FilaDeTarefasAdmin(SomenteLeitura, QueueAdmin):
    list_display = ["id", "name", "func", coluna_de_data("lock", "reservada até")]
    list_filter = []
    ordering = ["id"]
