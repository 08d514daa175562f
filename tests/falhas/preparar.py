"""The database that every installation begins as: migrated, the hot products, a user. Prints the user's token."""

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from knox.models import get_token_model  # noqa: E402

from projecao import recalculo  # noqa: E402
from projecao.models import Produto  # noqa: E402
from tests.falhas.contadores import PRODUTOS  # noqa: E402

call_command("migrate", verbosity=0)
Produto.objects.bulk_create([Produto(cod_produto=cod, nome_produto=f"PRODUTO {cod}") for cod in PRODUTOS])
recalculo.drenar()
print(get_token_model().objects.create(user=User.objects.create_superuser("maria", password="x"))[1])
