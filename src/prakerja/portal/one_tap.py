"""The tap that joins a wave, answered without Django's request machinery: a whole country taps in the same hour.

Whoever is signed in, sends the page's own form and joins is answered here, as the view would answer to the letter. Everything else (a
session that has ended or is due to be renewed, a form from elsewhere, a refusal, a place in line, a draft that is given back) goes
to Django as it came: until somebody has joined, nothing was done, and a place in line that was given is given again.

What decides is the view's own code and Django's: the check of forms, the session's signature, `join_in_turn`. Skipped are the request
object, the search through patterns, the signals, and the middleware, whose headers are the same for every tap: they are made by it once.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, parse_cookie
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect
from django.utils.module_loading import import_string

from prakerja.access import session_store
from prakerja.intake import operations as intake
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.kernel.figures import ROUTE
from prakerja.portal.drafts import SESSION_DRAFT
from prakerja.portal.pages import SESSION_PERSON, never_keep
from prakerja.portal.places import COOKIE as PLACE
from prakerja.portal.places import joins_a_second, place_of
from prakerja.serving import WHOLE_BODY

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Fields = list[tuple[str, str]]
_LOG = logging.getLogger("prakerja.portal")
_NAME = "portal:wave_join"
_ADDRESS = re.compile(r"/gelombang/([1-9][0-9]{0,8})/gabung")
# The button's form holds its token and nothing else.
_FORM = re.compile(rb"csrfmiddlewaretoken=([a-zA-Z0-9]{32,64})")
_FORM_KIND = "application/x-www-form-urlencoded"
_LONGEST_FORM = 200


def serve_taps(django: Application) -> Application:
    """The application that answers plain taps itself and passes everything else on to Django."""
    check = _OwnForm(_nothing_behind)
    moulds: dict[tuple[str, str], _Mould] = {}

    def joined(environ: dict[str, Any], number: int) -> _Mould | None:
        tap = _read(environ)
        if tap is None or not check.accepts(tap):
            return None
        which = tap.language, environ["wsgi.url_scheme"]
        # Before anybody joins: where there is no such answer, Django gives its own.
        mould = moulds.get(which) or moulds.setdefault(which, _Mould(environ))
        return mould if _join(tap, number) else None

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked = _ADDRESS.fullmatch(environ.get("PATH_INFO", ""))
        if asked is None or environ["REQUEST_METHOD"] != "POST":
            return django(environ, start_response)
        number = int(asked[1])
        try:
            mould = joined(environ, number)
        except Exception:
            # What is broken here is broken there too, or it is this way alone; people get a page either way.
            _LOG.exception("a tap could not be answered past Django")
            mould = None
        finally:
            # As Django does at the end of a request: the connection goes back to the pool.
            if connection.connection is not None:
                connection.close_if_unusable_or_obsolete()
        if mould is None:
            return django(environ, start_response)
        environ[ROUTE] = _NAME
        start_response(mould.status, mould.fields(number))
        return [b""]

    return application


class _Tap(HttpRequest):
    """Of a request, what the check of forms and the place in line look at. It is not made as Django makes one: that is what costs."""

    def __init__(self, environ: dict[str, Any], *, cookies: dict[str, str], token: str) -> None:
        self.META = environ
        self.COOKIES = cookies
        self.POST = {"csrfmiddlewaretoken": token}  # type: ignore[assignment]
        self.method = "POST"
        chosen = cookies.get(settings.LANGUAGE_COOKIE_NAME, "")
        self.language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE

    def _get_scheme(self) -> str:
        return str(self.META["wsgi.url_scheme"])


class _OwnForm(CsrfViewMiddleware):
    """Django's check of a form that came from our own page. Whoever does not pass is told so by Django itself, which asks again."""

    def accepts(self, tap: _Tap) -> bool:
        return self.process_view(tap, _nothing_behind, (), {}) is None

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(status=403)


class _Mould:
    """The answer to a tap as the door's middleware makes it, in one language over one scheme; its address goes in later."""

    def __init__(self, environ: dict[str, Any]) -> None:
        request = WSGIRequest({**environ, "wsgi.input": BytesIO(), "CONTENT_LENGTH": "0"})
        answered: HttpResponse = _through_middleware(_redirected)(request)
        if answered.cookies or answered.content:
            raise RuntimeError("the answer to a tap is nobody's own")
        self.status = f"{answered.status_code} {answered.reason_phrase}"
        self._fields: Fields = list(answered.items())
        self._location = [name for name, _ in self._fields].index("Location")
        self._address = self._fields[self._location][1].removesuffix("0")

    def fields(self, number: int) -> Fields:
        """The headers of the answer to whoever joined this wave."""
        found = self._fields.copy()
        found[self._location] = ("Location", f"{self._address}{number}")
        return found


def _through_middleware(inner: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """The same with the door's middleware around it, but for the files', which says nothing of pages and reads a folder at its start."""
    for name in reversed(settings.MIDDLEWARE):
        if not name.endswith(".StaticFiles"):
            inner = import_string(name)(inner)
    return inner


def _redirected(request: HttpRequest) -> HttpResponse:
    # Whoever is answered was looked up, so the answer differs by cookie.
    request.session.accessed = True
    response = redirect("portal:wave", 0)
    never_keep(response)
    return response


def _nothing_behind(request: HttpRequest) -> HttpResponse:
    raise AssertionError("only its check is asked")


def _read(environ: dict[str, Any]) -> _Tap | None:
    """The tap in a request, None when there is more to it than that. What was read of it can be read again."""
    cookies = environ.get("HTTP_COOKIE", "")
    length = environ.get("CONTENT_LENGTH", "")
    plain = (
        environ.get("CONTENT_TYPE") == _FORM_KIND
        and environ.get(WHOLE_BODY) is not False
        and not environ.get("SCRIPT_NAME")
        and length.isdecimal()
        and int(length) <= _LONGEST_FORM
        and cookies.isascii()
    )
    if not plain:
        return None
    text = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = BytesIO(text)
    form = _FORM.fullmatch(text)
    if form is None:
        return None
    return _Tap(environ, cookies=parse_cookie(cookies), token=form[1].decode("ascii"))


def _join(tap: _Tap, number: int) -> bool:
    """Whether whoever is signed in has joined; False: nothing was done, and Django may look at it."""
    key = tap.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    at, now, pace = clock.now(), clock.wall(), joins_a_second()
    try:
        if PLACE not in tap.COOKIES and intake.join_at_once(
            session_key=key, wave_number=number, pace=pace, at=at, now=now
        ):
            return True
        session = session_store.settled(key)
        if session is None or SESSION_PERSON not in session or SESSION_DRAFT in session:
            return False
        person_id = UUID(session[SESSION_PERSON])
        place = place_of(tap, person_id=person_id, wave=number)
        intake.join_in_turn(person_id=person_id, wave_number=number, place=place, pace=pace, at=at, now=now)
    except (intake.InLine, Refused, DatabaseError, InterfaceError):
        # A database that was busy may have written it all the same: whoever asks again has joined once.
        return False
    return True
