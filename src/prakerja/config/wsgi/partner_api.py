"""The partners' API, as a WSGI application of its own."""

from __future__ import annotations

from prakerja.config.wsgi.door import door

application = door(
    "partner_api",
    around="prakerja.partner_api.fixed_calls:serve_fixed_calls",
    unread="prakerja.partner_api.unread:unread",
)
