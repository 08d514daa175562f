"""Settings of the installations that the fault tests start: the real ones, and a clock that can be moved."""

from tests.falhas import relogio

relogio.seguir()

from estoque_site.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
