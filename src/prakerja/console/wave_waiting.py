"""What waits of a wave for a second operator, as a line of a page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from prakerja.console.second_person import who_line
from prakerja.intake.operations import Proposed


def waiting_line(request: HttpRequest, one: Proposed) -> dict[str, Any]:
    """Who proposed what, who wants it taken back, and what may be done about it."""
    return {
        **who_line(request, one, page="console_wave", verb="wave", args=[one.wave]),
        "wave": one.wave,
        "is_new": one.seen is None,
        "reason": one.reason,
        "digest": one.digest,
    }
