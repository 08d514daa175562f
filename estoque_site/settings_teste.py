"""Settings of the tests: those of the installation, in whatever environment pytest was called."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

ULTIMO_BANCO_REDIS = 15


def banco_redis_do_worker(url: str) -> str:
    """pytest-django gives each xdist worker a database of its own; this gives it a Redis database.

    The last ones, whatever the URL says: tests empty theirs, and another may be somebody's installation.
    """
    if not url:
        return url
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))  # gw0, gw1, …
    servidor, _, consulta = url.partition("?")
    return f"{servidor}?{urlencode(dict(parse_qsl(consulta)) | {'db': str(ULTIMO_BANCO_REDIS - worker)})}"


os.environ["SECRET_KEY"] = "only-for-tests"
os.environ["DEBUG"] = os.environ["HTTPS"] = "0"
os.environ["ALLOWED_HOSTS"] = "testserver,localhost,127.0.0.1"
os.environ["REDIS_URL"] = banco_redis_do_worker(os.environ.get("REDIS_URL", ""))
# Counters of their own, which the processes that a test starts inherit: nobody else adds to what it compares.
metricas = os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="estoque-teste-metricas-")
atexit.register(shutil.rmtree, metricas, ignore_errors=True)
for variavel in [nome for nome in os.environ if nome.startswith("PROJECAO_")]:
    del os.environ[variavel]

from estoque_site.settings import *  # noqa: E402, F403
from estoque_site.settings import CACHES, DATABASES, STORAGES  # noqa: E402

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not Django's default in memory: its locks are those that an installation lives with.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(tempfile.gettempdir()) / f"estoque-teste-{os.getpid()}.sqlite3")}

STATIC_ROOT = None  # nothing is collected, and whitenoise need not warn of it
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if not os.environ["REDIS_URL"]:
    CACHES["default"]["LOCATION"] = str(Path(tempfile.gettempdir()) / f"estoque-teste-{os.getpid()}.cache")
