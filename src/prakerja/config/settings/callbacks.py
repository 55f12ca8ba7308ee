"""What banks and gateways call back: signed, no sessions, no cookies."""

from __future__ import annotations

from prakerja.config.settings.base import *  # noqa: F403

ROOT_URLCONF = "prakerja.callbacks.urls"
MIDDLEWARE: list[str] = []
TEMPLATES: list[dict[str, object]] = []
APPEND_SLASH = False
