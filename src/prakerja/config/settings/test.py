"""Settings of the tests and of the checks: every context, no pool, a cheap password hasher."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

if "PRAKERJA_KEYS" not in os.environ:
    from prakerja.kernel.secrets import create_keys

    _folder = Path(tempfile.gettempdir()) / f"prakerja-test-keys-{os.getuid()}"
    create_keys(_folder)
    os.environ["PRAKERJA_KEYS"] = str(_folder)

from prakerja.config.settings.console import *  # noqa: F403
from prakerja.config.settings.console import INSTALLED_APPS as CONSOLE_INSTALLED
from prakerja.config.settings.database import database_from_environment

DATABASES = {"default": database_from_environment(pool_size=0)}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The console's, because it has the most tables: those of sign-in and of authenticators too.
INSTALLED_APPS = CONSOLE_INSTALLED
