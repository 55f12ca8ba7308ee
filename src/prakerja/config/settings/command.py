"""Commands (`prakerja …`) and migrations: the tables of every door, one connection at a time, no pool."""

from __future__ import annotations

from prakerja.config.settings.base import *  # noqa: F403
from prakerja.config.settings.base import INSTALLED_APPS, LOGGING
from prakerja.config.settings.database import database_from_environment
from prakerja.config.settings.operators import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.admin"]
# Whoever types a command reads what it says, also where doors and worker write for programs.
LOGGING = LOGGING | {
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["redact"]}}
}
DATABASES = {"default": database_from_environment(pool_size=0)}
