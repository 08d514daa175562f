import os
import secrets

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

GRUPO = "Planejadores"


class Command(BaseCommand):
    help = (
        "Cria os usuários planejador (grupo Planejadores) e admin, se não existirem. "
        "As senhas vêm de SENHA_PLANEJADOR e SENHA_ADMIN ou são geradas, e aparecem uma única vez."
    )

    @transaction.atomic
    def handle(self, *args, **opcoes):
        grupo = Group.objects.filter(name=GRUPO).first()
        if grupo is None:
            raise CommandError(f"O grupo {GRUPO} não existe: execute antes `manage.py migrate`.")
        planejador = self._criar("planejador", is_staff=True)
        if planejador:
            planejador.groups.add(grupo)
        self._criar("admin", is_staff=True, is_superuser=True)

    def _criar(self, nome, **atributos):
        """The new user, or None if the name is taken: whoever is there keeps password and permissions."""
        usuarios = get_user_model().objects
        if usuarios.filter(username=nome).exists():
            return None
        variavel = f"SENHA_{nome.upper()}"
        senha = os.environ.get(variavel)
        mostrada = f"senha de {variavel}" if senha else (senha := secrets.token_urlsafe(9))
        usuario = usuarios.create_user(nome, password=senha, **atributos)
        self.stdout.write(f"Usuário {nome} criado: {mostrada}")
        return usuario
