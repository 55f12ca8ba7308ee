"""What every page of the console declares: for anyone, for one's own account, to browse, to act or to reveal, and who may."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from prakerja.access.actors import Actor
from prakerja.access.looking import note_look
from prakerja.access.permissions import allows
from prakerja.access.permitting import require, roles_of
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
BROWSE = "data.browse"


def anyone(view: View[P]) -> View[P]:
    """Declare a page that needs no sign-in: the way in, and what leads there."""
    page: Any = view
    page.allowed = "anyone"
    return view


def own(view: View[P]) -> View[P]:
    """Declare a page about the account of whoever is signed in, whatever their roles."""
    page: Any = login_required(view)
    page.allowed = "own"
    return page  # type: ignore[no-any-return]


def browsing(view: View[P]) -> View[P]:
    """Declare a page that only reads what nobody sealed."""
    return _declare(view, "browse", BROWSE)


def acting(verb: str) -> Callable[[View[P]], View[P]]:
    """Declare a page that does this verb of the table; the verb asks again and writes down who did it."""
    return lambda view: _declare(view, "act", verb)


def revealing(verb: str) -> Callable[[View[P]], View[P]]:
    """Declare a page that shows what is sealed; the verb asks for the reason and writes both down."""
    return lambda view: _declare(view, "reveal", verb)


def _declare(view: View[P], kind: str, verb: str) -> View[P]:
    @login_required
    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            if not may(request, verb):
                require(actor=operator(request), verb=verb, at=clock.now())
            if kind == "browse":
                note_look(what=request.path, actor=operator(request), at=clock.now())
            return view(request, *args, **kwargs)
        except Refused as refused:
            if refused.reason != "not_permitted":
                raise
            return render(request, "console/forbidden.html", status=403)

    page: Any = inner
    page.allowed, page.verb = kind, verb
    return page  # type: ignore[no-any-return]


def operator(request: HttpRequest) -> Actor:
    """Who is signed in, as somebody who acts."""
    user: Any = request.user
    return Actor.operator(user)


def may(request: HttpRequest, verb: str) -> bool:
    """Whether the signed-in operator may; their roles are read once a request. For what a page offers, never instead of
    the verb's own check."""
    user: Any = request.user
    if not user.is_authenticated:
        return False
    roles = getattr(request, "roles", None)
    if roles is None:
        roles = roles_of(user_id=user.pk)
        request.roles = roles  # type: ignore[attr-defined]
    return allows(roles=roles, verb=verb)
