"""A brake on one address that asks for codes again and again (decisions.md 58). Wall time, each process for itself.

The limits that protect a person stand with the codes themselves; this one only keeps a machine from trying numbers.
It is wide because whole villages share one mobile address.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from prakerja.portal.errors import too_many

P = ParamSpec("P")
SECONDS = 600
POSTS = 120


def slowed(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Answer 429 to an address that posted more than 120 times to this view in ten minutes."""

    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method == "POST":
            key = f"slowed:{view.__name__}:{request.META.get('REMOTE_ADDR', '')}"
            cache.add(key, 0, SECONDS)
            if cache.incr(key) > POSTS:
                answer = too_many(request)
                answer["Retry-After"] = str(SECONDS)
                return answer
        return view(request, *args, **kwargs)

    return inner
