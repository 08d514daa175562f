"""Fixtures that every app's tests share."""

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client

from projecao.memoria import cache_memoria


def pytest_collection_modifyitems(config, items):
    """Tests of what only one of the two installations has are told apart here; `make test` runs both."""
    ausentes = set()
    if not settings.REDIS_URL:
        ausentes.add("redis")
    if connection.vendor != "postgresql":
        ausentes.add("postgresql")
    fora = [item for item in items if ausentes & {marca.name for marca in item.iter_markers()}]
    if fora:
        config.hook.pytest_deselected(items=fora)
        items[:] = [item for item in items if item not in fora]


@pytest.fixture(autouse=True)
def memoria_limpa():
    """Nothing of another test in Redis (each worker has a database of its own) nor in the throttles."""
    if settings.REDIS_URL:
        from django_redis import get_redis_connection

        get_redis_connection("default").flushdb()
    else:
        cache.clear()
    cache_memoria.disjuntor.fechar()


@pytest.fixture
def usuario(django_user_model):
    """Somebody who may log in, and nothing else."""
    return django_user_model.objects.create_user("maria", password="segredo-de-teste")


@pytest.fixture
def cliente_logado(usuario):
    cliente = Client()
    cliente.force_login(usuario)
    return cliente
