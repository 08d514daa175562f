"""Which Chromium the browser tests drive: the system's. Playwright's own browsers are never downloaded.

`python3 -m tests.navegador` prints its path, or fails; .ci/run asks it before anything is installed.
"""

import os
import shutil
import sys

NOMES = ("chromium", "chromium-browser", "google-chrome")


class SemChromium(Exception):
    pass


def chromium() -> str:
    """Its path: CHROMIUM, or what is found on PATH. Raises SemChromium with a sentence."""
    pedido = os.environ.get("CHROMIUM")
    for nome in (pedido,) if pedido else NOMES:
        if caminho := shutil.which(nome):
            return caminho
    if pedido:
        raise SemChromium(f"CHROMIUM={pedido} is no program.")
    raise SemChromium("no Chromium on this machine. Install it (apt-get install chromium), or name one: CHROMIUM=path")


if __name__ == "__main__":
    try:
        print(chromium())
    except SemChromium as erro:
        sys.exit(f"Error: {erro}")
