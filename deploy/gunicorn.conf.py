"""The web server, the same for `make run` and for production. GUNICORN_CMD_ARGS overrides any of it."""

import os
import sys
from pathlib import Path

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 4
timeout = 60
# Shorter than what whoever stops us waits before it kills (estoque_site/executar.py, systemd's 90 s).
graceful_timeout = 8
# Started from deploy/, from the root or by systemd: manage.py's folder is where imports begin.
chdir = str(Path(__file__).resolve().parent.parent)

sys.path.insert(0, chdir)
from estoque_site.registros import configurar  # noqa: E402

loglevel = (os.environ.get("LOG_LEVEL") or "INFO").lower()
logconfig_dict = configurar(os.environ.get("LOG_FORMATO") or "texto", loglevel.upper())
