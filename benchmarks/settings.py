"""The installation's settings, with a view to compare with and a clock that may be moved."""

import os
import time

from estoque_site.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
STATIC_ROOT = None  # nothing is collected, and whitenoise need not warn of it

AVANCO = float(os.environ.get("BENCH_AVANCO_SEGUNDOS", "0"))
"""Seconds that this process lives ahead of the machine's clock: midnight comes when it suits us (`virada`)."""

if AVANCO:
    import time_machine

    time_machine.travel(time.time() + AVANCO, tick=True).start()
    time.time()  # it runs from the moment at which it is first looked at
