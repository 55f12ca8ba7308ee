"""The partners' door. Signed requests, no sessions, no cookies, and a middleware list of nothing: it is the hot path."""

from __future__ import annotations

from prakerja.config.settings.base import *  # noqa: F403
from prakerja.config.settings.base import TRUSTED_PROXIES

ROOT_URLCONF = "prakerja.config.partner_urls"
MIDDLEWARE = []
# The contract's paths have no trailing slash, and a redirect would lose the signature.
APPEND_SLASH = False
PARTNER_API_TRUSTED_PROXIES = TRUSTED_PROXIES
