"""Commands (`prakerja …`) and migrations: the tables of every door, one connection at a time, no pool."""

from __future__ import annotations

from prakerja.config.settings.base import *  # noqa: F403
from prakerja.config.settings.base import INSTALLED_APPS
from prakerja.config.settings.database import database_from_environment
from prakerja.config.settings.operators import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.admin"]
DATABASES = {"default": database_from_environment(pool_size=0)}
