"""A brake on one caller that posts again and again (decisions.md 58). Wall time, each process for itself.

The limits that protect a person stand with the codes themselves, by number and browser, and a sender who asks for many numbers or guesses
at them is slowed there (`access.code_load`); this one only keeps a machine from keeping a door busy. It slows and never locks: so many
at once, then so many a second go on. A browser that somebody signed in with before is counted for itself, and nobody else slows it.
Others are counted by the name that they keep and by their network, widely because whole villages share one mobile address, and there
apart from whatever keeps no name: a script that hammers takes nothing from people who are in the middle of it. Where nobody can tell
the network (a proxy that names nobody), only browsers are slowed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse

from prakerja.access.sign_in_codes import Asker
from prakerja.kernel.buckets import Buckets
from prakerja.portal.browsers import asker_of
from prakerja.portal.errors import too_many

P = ParamSpec("P")


@dataclass(frozen=True)
class Rate:
    """`burst` posts to one view at once, then `per_second`."""

    burst: int
    per_second: float


# Of a browser; of an IPv4 address, which may be a village's or a carrier's; of an IPv6 /64, which is a household's.
BROWSER, ADDRESS, HOUSEHOLD = Rate(60, 0.1), Rate(600, 5), Rate(120, 0.5)
_posts = Buckets()


def slowed(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Answer 429, with the seconds to wait, to whoever posts to this view faster than a village, a household or a phone does."""

    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method == "POST":
            wait = _seconds_to_wait(asker_of(request), view.__name__)
            if wait:
                answer = too_many(request)
                answer["Retry-After"] = str(wait)
                return answer
        return view(request, *args, **kwargs)

    return inner


def forget_posts() -> None:
    """Forget every count: for tests."""
    _posts.clear()


def _seconds_to_wait(asker: Asker, view: str) -> int:
    """0 when this post goes on; what it takes is taken then. The first that is empty says how long."""
    counted = [] if asker.is_new else [(f"{view}:{asker.browser}", BROWSER)]
    if not asker.marks and asker.network:
        kind = "new" if asker.is_new else "kept"
        counted.append((f"{view}:{kind}@{asker.network}", HOUSEHOLD if ":" in asker.network else ADDRESS))
    for name, rate in counted:
        if not _posts.take(name=name, per_second=rate.per_second, burst=rate.burst):
            wait = _posts.seconds_until_one(name=name, per_second=rate.per_second, burst=rate.burst)
            return max(1, math.ceil(wait))
    return 0
