"""Every call of the partners' door, made from what the endpoints declare.

A published client posts to `//api/…`, so any number of leading slashes is the same. Whatever is no route of the door
is answered by `developer_site.views.nothing_here`: in the envelope too, or with a page where a browser asks.
`config.partner_urls` puts the door together.
"""

from __future__ import annotations

from django.urls import include, path, re_path

from prakerja.partner_api.endpoint import ENDPOINTS, Endpoint, Route
from prakerja.partner_api.v1 import attendance, courses, oauth, partner, payment, redeem_code, search, tpm, webhooks

# Importing a module of views puts its endpoints on the list.
VIEWS = (payment, redeem_code, attendance, tpm, oauth, partner, courses, search, webhooks)


def _methods() -> dict[str, dict[str, Endpoint]]:
    found: dict[str, dict[str, Endpoint]] = {}
    for declared in ENDPOINTS:
        found.setdefault(declared.path.lstrip("/"), {})[declared.method] = declared
    return found


_ROUTES = {text: Route(methods) for text, methods in _methods().items()}
# What needs no pattern: `direct` finds these by their text.
FIXED_ROUTES = {f"/{text}": route for text, route in _ROUTES.items() if "<" not in text}

calls = re_path(r"^(?:/*)", include([path(text, route) for text, route in _ROUTES.items()]))
