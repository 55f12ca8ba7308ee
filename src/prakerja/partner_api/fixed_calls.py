"""The calls of the contract, answered without Django's request machinery: a third of what Python does for a purchase.

A path that is written as the contract writes it goes to its `Route` at once. Everything else (pages, a code in the path, a
double slash, what is no route) goes to Django, whose URLs hold the same `Route`s. This door has no middleware, so nothing is
skipped but work: the request object, the search through patterns, and signals, of which one matters and is done here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection

from prakerja.kernel.figures import ROUTE
from prakerja.partner_api.urls import FIXED_ROUTES

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Received:
    """Of a request, what `endpoint` looks at."""

    __slots__ = ("META", "method", "path_info")

    def __init__(self, environ: dict[str, Any]) -> None:
        self.META = environ
        self.method: str = environ["REQUEST_METHOD"]
        self.path_info: str = environ["PATH_INFO"]


def serve_fixed_calls(django: Application) -> Application:
    """The application that answers fixed paths of the contract itself and passes everything else on to Django."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        route = FIXED_ROUTES.get(environ.get("PATH_INFO", ""))
        if route is None:
            return django(environ, start_response)
        environ[ROUTE] = environ["PATH_INFO"]
        try:
            response = route(Received(environ))
        finally:
            # As Django does at the end of a request: the connection goes back to the pool.
            if connection.connection is not None:
                connection.close_if_unusable_or_obsolete()
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return [response.content]

    return application
