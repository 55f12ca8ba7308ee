"""The partners' door. Signed requests, no sessions, no cookies, and a middleware list of nothing: it is the hot path."""

from __future__ import annotations

from prakerja.config.settings.base import *  # noqa: F403

ROOT_URLCONF = "prakerja.config.partner_urls"
MIDDLEWARE = []
# The contract's paths have no trailing slash, and a redirect would lose the signature.
APPEND_SLASH = False
