"""The partners' door. Signed requests, no sessions, no cookies, and a middleware list of nothing: it is the hot path."""

from __future__ import annotations

import os
from ipaddress import ip_network

from prakerja.config.settings.base import *  # noqa: F403

ROOT_URLCONF = "prakerja.config.partner_urls"
MIDDLEWARE = []
# The contract's paths have no trailing slash, and a redirect would lose the signature.
APPEND_SLASH = False
# Networks of the proxies in front of this door, as in `10.0.0.0/8,::1/128`: only what they say of a caller's address
# in `Forwarded` counts for a partner's list of networks. Empty: nobody stands in front.
PARTNER_API_TRUSTED_PROXIES = tuple(
    ip_network(text.strip()) for text in os.environ.get("PRAKERJA_TRUSTED_PROXIES", "").split(",") if text.strip()
)
