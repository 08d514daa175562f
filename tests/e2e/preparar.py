"""A fresh installation to look at: a demo, an example (exemplo.py), and somebody of each kind.

Run apart, with the server's environment.
"""

import os
import sys
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.e2e import exemplo

PRODUTOS, SEMENTE = 100, 1
SEM_ACESSO = "novato"
"""Who may enter, and was put into no group yet."""


def preparar(senha: str) -> None:
    import django

    django.setup()
    from django.contrib.auth.models import Group, User
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("carregar_demo", produtos=PRODUTOS, semente=SEMENTE, stdout=StringIO())
    with TemporaryDirectory() as pasta:
        for tipo, csv in exemplo.planilhas(exemplo.hoje()):
            arquivo = Path(pasta) / f"{tipo}.csv"
            arquivo.write_text(csv, encoding="utf-8")
            call_command("importar", tipo, str(arquivo), stdout=StringIO())
    call_command("processar_recalculos", stdout=StringIO())
    os.environ["SENHA_PLANEJADOR"] = os.environ["SENHA_ADMIN"] = senha
    call_command("criar_usuarios", stdout=StringIO())
    User.objects.create_user("consulta", password=senha, is_staff=True).groups.add(Group.objects.get(name="Consulta"))
    User.objects.create_user(SEM_ACESSO, password=senha, is_staff=True)


if __name__ == "__main__":
    preparar(*sys.argv[1:])
