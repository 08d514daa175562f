#!/usr/bin/env python
import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "estoque_site.settings")
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        # Every command works in transactions: what was not finished was not begun.
        sys.exit("\nInterrompido. O que não terminou foi desfeito; repetir é seguro.")
    except BrokenPipeError:
        # Whoever read our output has enough (`| head`); nothing may be flushed at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
