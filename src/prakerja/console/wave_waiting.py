"""What waits of a wave for a second operator, as a line of a page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from prakerja.access.permitting import operator_names
from prakerja.console.pages import may
from prakerja.console.texts import written
from prakerja.intake.operations import Proposed


def waiting_line(request: HttpRequest, one: Proposed) -> dict[str, Any]:
    """Who proposed what, who wants it taken back, and what may be done about it."""
    names = operator_names(ids={one.prepared_by, one.back_asked_by} - {""})

    def link(name: str, verb: str) -> str:
        return reverse(name, args=[one.wave]) if may(request, verb) else ""

    return {
        "wave": one.wave,
        "is_new": one.seen is None,
        "reason": one.reason,
        "by": names.get(one.prepared_by, "–"),
        "when": written(one.prepared_at),
        "digest": one.digest,
        "back_asked_by": names.get(one.back_asked_by, "–") if one.back_asked_by else "",
        "confirm_url": link("console_wave_confirm", "wave.confirm"),
        "take_back_url": link("console_wave_take_back", "wave.take_back"),
    }
