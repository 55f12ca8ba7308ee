"""What every door does before and around Django: its settings, its health, its figures, its end."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterable
from typing import Any

from prakerja.config.wsgi.doorstep import CALLS, HEALTH, PAGES, with_doorstep
from prakerja.config.wsgi.health import Health, look
from prakerja.config.wsgi.watching import measure_pool, watched
from prakerja.kernel.figures import ROUTE
from prakerja.kernel.logs import name_process
from prakerja.kernel.processes import die_with_parent, keep_to_ourselves

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
# Their answers are kept by nobody.
_CALLED_BY_PROGRAMS = ("partner_api", "callbacks")
_HSTS_SECONDS = 31_536_000


def door(name: str, *, module: str | None = None, around: str = "", unread: str = "") -> Application:
    """Django with the settings of this door; `GET /health` and `/health/live` are answered before it (`health`).

    `around` names (module:function) what a door puts around Django; it is imported when Django is ready. `unread` names what says
    in the door's own words what the server refuses (`serving.answering.Unread`).
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = module or f"prakerja.config.settings.{name}"
    name_process(name)
    if os.environ.get("PRAKERJA_SUPERVISED"):
        # Whoever started us may be killed without a word to us, and we would hold the port for ever.
        die_with_parent()
    import django

    django.setup(set_prefix=False)
    django_application = route_naming_handler()
    refuse_another_database()
    _load_routes()
    inner: Application = django_application
    if around:
        inner = _named(around)(django_application)
    if name in _CALLED_BY_PROGRAMS:
        # Doors with pages have it among their middleware, inside their static files.
        from prakerja.config.packing import packed_answers

        inner = packed_answers(inner)

    health = Health(look)

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") in HEALTH:
            # That a process lives is all that `/health/live` says: whoever starts it anew because its database is away helps nobody.
            status, body = health.answer() if environ["PATH_INFO"] == "/health" else ("200 OK", b"ok\n")
            start_response(status, [("Content-Type", "text/plain"), ("Cache-Control", "no-store")])
            return [body]
        return inner(environ, start_response)

    from django.conf import settings

    from prakerja.config.wsgi.plain_pages import plain_page

    if settings.ENVIRONMENT == "production":
        keep_to_ourselves()
    stood: Any = with_doorstep(
        application,
        fields=CALLS if name in _CALLED_BY_PROGRAMS else PAGES,
        hosts=settings.HOSTS,
        has_tls=not settings.IS_DEMO,
        hsts_seconds=_HSTS_SECONDS,
        plain_page=plain_page,
        proxies=settings.PROXIES,
    )
    # Programs ask at the doors of calls; whoever cannot be read at the others was a browser.
    if unread or name not in _CALLED_BY_PROGRAMS:
        stood.unread = _named(unread) if unread else plain_page
    stood.watched, stood.measure = watched(health), measure_pool
    stood.larger_bodies = getattr(settings, "LARGER_BODIES", {})
    return stood  # type: ignore[no-any-return]


def route_naming_handler() -> Application:
    """Django's, which says by what name it found each request's route."""
    from django.core.handlers.wsgi import WSGIHandler

    class Handler(WSGIHandler):
        def resolve_request(self, request: Any) -> Any:
            found = super().resolve_request(request)
            request.environ[ROUTE] = found.view_name if found.url_name else found.route
            return found

    return Handler()


def _named(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)


def refuse_another_database() -> None:
    """Raise CannotRun when this process would sell and pay by other code than its own (`kernel.schema`), or lacks a key.

    A database that does not answer is no reason to stay down: whoever starts beside it waits for it.
    """
    from django.conf import settings
    from django.db import OperationalError, connection

    from prakerja.kernel.rotation import require_every_key
    from prakerja.kernel.schema import require_installation, require_schema

    try:
        require_schema(may_be_newer=True)
        if not settings.IS_DEMO:
            require_installation()
        require_every_key()
    except OperationalError:
        return
    finally:
        connection.close()


def _load_routes() -> None:
    """Import every view now: a door that cannot is down at start, not at its first visitor."""
    from django.urls import get_resolver

    assert get_resolver().url_patterns is not None
