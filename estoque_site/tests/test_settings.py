"""A value that cannot be understood stops the start with a sentence that names the variable."""

import os
import subprocess
import sys

import pytest


def iniciar(**ambiente) -> subprocess.CompletedProcess:
    base = {nome: os.environ[nome] for nome in ("PATH", "HOME") if nome in os.environ}
    base |= {"SECRET_KEY": "only-for-this-check", "DATABASE_URL": "sqlite:///:memory:"}
    comando = [sys.executable, "-c", "import estoque_site.settings"]
    return subprocess.run(comando, env=base | ambiente, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("variavel", "valor"),
    [
        ("SECRET_KEY", ""),
        ("DEBUG", "sim"),
        ("HTTPS", "talvez"),
        ("PROXY_HTTPS", "2"),
        ("TIME_ZONE", "Foo/Bar"),
        ("Q_WORKERS", "x"),
        ("TOKEN_HORAS", "0"),
        ("LOG_FORMATO", "xml"),
        ("METRICAS_TOKEN", "curto"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "127.0.0.1:4318"),
        ("PROJECAO_LOGIN_TENTATIVAS", "0"),
        ("DATABASE_URL", "lixo"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("REDIS_URL", "lixo"),
        ("PROJECAO_LOTE", "0"),
        ("PROJECAO_LOTE", "mil"),
        ("PROJECAO_ALERTA_RESUMO_HORA", "24"),
        ("ENDERECO_PUBLICO", "estoque.exemplo.com.br"),
        ("EMAIL_URL", "lixo"),
        ("EMAIL_URL", "smpt://servidor"),
        ("PROJECAO_ESTOQUE_ATENCAO", "NaN"),
    ],
)
def test_recusa(variavel, valor):
    erro = iniciar(**{variavel: valor}).stderr.strip().splitlines()[-1]
    assert "ImproperlyConfigured" in erro
    assert variavel in erro


def test_aceita():
    ambiente = {"DEBUG": "0", "HTTPS": "1", "TIME_ZONE": "Pacific/Kiritimati", "PROJECAO_ESTOQUE_ATENCAO": "37.5"}
    assert iniciar(**ambiente, REDIS_URL="redis://127.0.0.1:6379/0").returncode == 0
