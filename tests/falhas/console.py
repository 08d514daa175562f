"""A process of the installation that runs the lines it is given, one JSON string each, and says what went wrong."""

import json
import sys
import traceback

import django

django.setup()

from django.db import close_old_connections  # noqa: E402

for linha in sys.stdin:
    close_old_connections()
    try:
        exec(json.loads(linha), {})  # a test's own lines
        print(json.dumps(""), flush=True)
    except Exception:
        print(json.dumps(traceback.format_exc()), flush=True)
