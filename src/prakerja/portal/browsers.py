"""The browser that asks: by a name that it keeps in a cookie, with the marks of who signed in with it, and its network.

The cookie is signed and opens nothing. It gives a browser counts of its own, so that nobody can use up or lock what a
person's own phone may ask for (decisions.md 58).
"""

from __future__ import annotations

import uuid

from django.core import signing
from django.http import HttpRequest, HttpResponse

from prakerja.access.sign_in_codes import Asker, mark_of
from prakerja.kernel.addresses import network_of, read_address

COOKIE = "portal_browser"
YEAR = 365 * 24 * 60 * 60
# A phone of a family: the last few who signed in.
_MARKS = 5
_SALT = "prakerja.portal.browser"


def asker_of(request: HttpRequest) -> Asker:
    """Who asks; a browser without a name of ours gets a new one, kept by `remember`."""
    name, marks = _read(request.COOKIES.get(COOKIE, ""))
    network = network_of_request(request)
    return Asker(browser=name or uuid.uuid4().hex, network=network, marks=marks, is_new=not name)


def network_of_request(request: HttpRequest) -> str:
    """The IPv4 address or the IPv6 /64 that a request comes from, "" when it cannot be known (the doorstep looked behind proxies)."""
    return network_of(read_address(request.META.get("REMOTE_ADDR", "")))


def remember(request: HttpRequest, response: HttpResponse, asker: Asker, *, person_id: uuid.UUID | None = None) -> None:
    """Keep the browser's name, and a mark of the person who has just signed in with it, the latest first."""
    marks = list(asker.marks)
    if person_id is not None:
        mine = mark_of(person_id=person_id, browser=asker.browser)
        marks = [mine, *(mark for mark in marks if mark != mine)][:_MARKS]
    response.set_cookie(
        COOKIE,
        signing.Signer(salt=_SALT).sign(".".join([asker.browser, *marks])),
        max_age=YEAR,
        samesite="Lax",
        httponly=True,
        secure=request.is_secure(),
    )


def last_mark(asker: Asker) -> str:
    """The mark of whoever signed in with this browser last; "" when nobody did."""
    return asker.marks[0] if asker.marks else ""


def _read(cookie: str) -> tuple[str, tuple[str, ...]]:
    try:
        name, *marks = signing.Signer(salt=_SALT).unsign(cookie).split(".")
    except signing.BadSignature:
        return "", ()
    return name, tuple(marks)
