"""What banks and gateways call back: signed, no sessions, no cookies."""

from __future__ import annotations

from prakerja.config.settings.base import *  # noqa: F403

# The door names its views; which verbs they call is wiring.
ROOT_URLCONF = "prakerja.config.callback_urls"
MIDDLEWARE = []
APPEND_SLASH = False
