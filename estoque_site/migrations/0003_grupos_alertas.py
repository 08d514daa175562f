"""What each group may do with what came with 0003 of projecao; what an administrator took from it before stays taken.

Planners manage destinations and work on ruptures. Whoever may log in may ask for e-mails to himself: the screen shows
each only his own.
"""

from importlib import import_module

from django.db import migrations

MODELOS = (
    "eventoderuptura",
    "destinowebhook",
    "entregawebhook",
    "acompanhamento",
    "avisoporemail",
    "ocorrencia",
    "registrodeocorrencia",
    "projecaodiaria",
    "resumomensal",
)
VER = [f"view_{modelo}" for modelo in MODELOS]
DE_QUALQUER_UM = [f"{acao}_acompanhamento" for acao in ("add", "change", "delete")]
DOS_PLANEJADORES = [*(f"{acao}_destinowebhook" for acao in ("add", "change", "delete")), "tratar_ocorrencia"]


def permitir(apps, schema_editor):
    banco, grupos = schema_editor.connection.alias, import_module("estoque_site.migrations.0001_grupos")
    grupos._criar_permissoes(apps, banco)
    permissoes = apps.get_model("auth", "Permission").objects.using(banco).filter(content_type__app_label="projecao")
    consulta = [*VER, *DE_QUALQUER_UM]
    dos_grupos = {grupos.CONSULTA: consulta, grupos.PLANEJADORES: [*consulta, *DOS_PLANEJADORES]}
    for grupo in apps.get_model("auth", "Group").objects.using(banco).filter(name__in=dos_grupos):
        grupo.permissions.add(*permissoes.filter(codename__in=dos_grupos[grupo.name]))


class Migration(migrations.Migration):
    dependencies = [
        ("estoque_site", "0002_grupos_trabalhos"),
        ("projecao", "0003_alertas_e_historico"),
    ]

    operations = [migrations.RunPython(permitir, migrations.RunPython.noop)]
