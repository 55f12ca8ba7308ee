"""A brake on one network that asks for codes again and again (decisions.md 58). Wall time, each process for itself.

The limits that protect a person stand with the codes themselves; this one only keeps a machine from trying numbers. It is
wide because whole villages share one mobile address, and does not touch a browser that somebody signed in with before,
which has a count of its own. Behind a proxy the caller counts, not the proxy; where nobody can tell, nobody is slowed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from prakerja.portal.browsers import asker_of
from prakerja.portal.errors import too_many

P = ParamSpec("P")
SECONDS = 600
# Of an IPv4 address, which may be a village's; of an IPv6 /64, which is a household's; of one known browser.
POSTS_V4 = 600
POSTS_V6 = 120
POSTS_BROWSER = 60


def slowed(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Answer 429 to whoever posted more often to this view in ten minutes than a village, a household or a phone does."""

    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method == "POST" and _is_too_often(request, view.__name__):
            answer = too_many(request)
            answer["Retry-After"] = str(SECONDS)
            return answer
        return view(request, *args, **kwargs)

    return inner


def _is_too_often(request: HttpRequest, name: str) -> bool:
    asker = asker_of(request)
    if asker.marks:
        who, most = asker.browser, POSTS_BROWSER
    elif asker.network:
        who, most = asker.network, POSTS_V6 if ":" in asker.network else POSTS_V4
    else:
        return False
    key = f"slowed:{name}:{who}"
    cache.add(key, 0, SECONDS)
    return bool(cache.incr(key) > most)
