"""Somebody's place in the line before a wave, signed, in a cookie of their browser: any door knows it, and nobody can make one."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from prakerja.intake.operations import Place

COOKIE = "portal_place"
_SALT = "a place in line"
# Longer than any line; it says nothing that a longer life would harm.
_SECONDS = 12 * 60 * 60


def joins_a_second() -> int:
    """The pace of all doors together, as this one was told."""
    pace: int = getattr(settings, "JOINS_A_SECOND")  # noqa: B009
    return pace


def place_of(request: HttpRequest, *, person_id: uuid.UUID, wave: int) -> Place | None:
    """The place that this browser holds before a wave for whoever is signed in; None where there is none, or it is not theirs."""
    try:
        number, person, turn_at, asked_at = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if (number, person) != (wave, person_id.hex):
        return None
    return Place(wave, person_id, _instant(turn_at), _instant(asked_at))


def keep_place(response: HttpResponse, place: Place) -> None:
    """Give a place to the browser."""
    told = [place.wave, place.person_id.hex, place.turn_at.timestamp(), place.asked_at.timestamp()]
    response.set_cookie(
        COOKIE,
        signing.dumps(told, salt=_SALT),
        max_age=_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
