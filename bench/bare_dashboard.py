"""The ceiling of `dashboard`: a bare WSGI callable with the same one query and the same template, and nothing else.

No routing, no middleware, no session, no sign-in: the person's id comes in a header.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from prakerja.config.wsgi.door import door

_door = door("portal")


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ.get("PATH_INFO") == "/health":
        return _door(environ, start_response)
    from django.core.handlers.wsgi import WSGIRequest
    from django.db import connection
    from django.utils import translation

    from prakerja.portal.pages import SESSION_PERSON
    from prakerja.portal.views import journey

    person = environ["HTTP_X_PERSON"]
    request = WSGIRequest(environ)
    request.session = {SESSION_PERSON: person}  # type: ignore[assignment]
    try:
        with translation.override("id"):
            response = journey.dashboard.__wrapped__(request, uuid.UUID(person))  # type: ignore[attr-defined]
    finally:
        connection.close()
    body: bytes = response.content
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]
