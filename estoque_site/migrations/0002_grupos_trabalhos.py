"""Both groups see what came with 0002 of projecao; what an administrator took from them before stays taken."""

from importlib import import_module

from django.db import migrations

MODELOS = ("trabalho", "importacao")


def deixar_ver(apps, schema_editor):
    banco, grupos = schema_editor.connection.alias, import_module("estoque_site.migrations.0001_grupos")
    grupos._criar_permissoes(apps, banco)
    permissoes = apps.get_model("auth", "Permission").objects.using(banco)
    ver = list(
        permissoes.filter(content_type__app_label="projecao", codename__in=[f"view_{modelo}" for modelo in MODELOS])
    )
    for grupo in apps.get_model("auth", "Group").objects.using(banco).filter(name__in=(grupos.PLANEJADORES, grupos.CONSULTA)):
        grupo.permissions.add(*ver)


class Migration(migrations.Migration):
    dependencies = [
        ("estoque_site", "0001_grupos"),
        ("projecao", "0002_trabalhos"),
    ]

    operations = [migrations.RunPython(deixar_ver, migrations.RunPython.noop)]
