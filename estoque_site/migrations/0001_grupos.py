"""The two groups of a fresh install.

A migration and no `post_migrate` handler: what an administrator changes afterwards stays changed. The price is
that a test which flushes the database (`transaction=True`) flushes the groups too; it marks itself
`serialized_rollback=True`, or calls `criar_grupos` with `django.apps.apps`, which is safe to repeat.
"""

from django.contrib.auth.management import create_permissions
from django.db import migrations

PLANEJADORES, CONSULTA = "Planejadores", "Consulta"
APPS = ("projecao", "carteira", "producao")
EDITADOS = {
    "projecao": ("produto", "unificacaocodigos", "movimentacaoestoque"),
    "carteira": ("carteiraprincipal", "pedido", "separacao", "preseparacaoitem"),
    "producao": ("programacaoproducao",),
}
NUNCA_EXCLUIDOS = {"delete_movimentacaoestoque"}  # a cancelled movement stays in the ledger, with ativo=False


def criar_grupos(apps, schema_editor=None):
    banco = schema_editor.connection.alias if schema_editor else "default"
    _criar_permissoes(apps, banco)
    permissoes = apps.get_model("auth", "Permission").objects.using(banco).filter(content_type__app_label__in=APPS)
    ver = list(permissoes.filter(codename__startswith="view_"))
    editar = [
        permissao
        for app, modelos in EDITADOS.items()
        for permissao in permissoes.filter(
            content_type__app_label=app,
            codename__in=[f"{acao}_{modelo}" for acao in ("add", "change", "delete") for modelo in modelos],
        ).exclude(codename__in=NUNCA_EXCLUIDOS)
    ]
    recalcular = list(permissoes.filter(content_type__app_label="projecao", codename="forcar_recalculo"))
    grupos = apps.get_model("auth", "Group").objects.using(banco)
    grupos.get_or_create(name=PLANEJADORES)[0].permissions.add(*ver, *editar, *recalcular)
    grupos.get_or_create(name=CONSULTA)[0].permissions.add(*ver)


def _criar_permissoes(apps, banco):
    """Django makes them after the last migration; the groups need them now."""
    for app in APPS:
        config = apps.get_app_config(app)
        # An app as migrations see it has no models module, and create_permissions passes over such.
        if not getattr(config, "models_module", None):
            config.models_module = True
        create_permissions(config, verbosity=0, using=banco, apps=apps)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("projecao", "0001_initial"),
        ("carteira", "0001_initial"),
        ("producao", "0001_initial"),
    ]

    # Backwards it does nothing: the groups have members by then.
    operations = [migrations.RunPython(criar_grupos, migrations.RunPython.noop)]
