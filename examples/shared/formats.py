"""How rupiah and instants are written for a reader. Nothing here knows what time it is now."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from babel.dates import format_date

WIB = timezone(timedelta(hours=7), "WIB")


def rupiah(amount: int, language: str = "id") -> str:
    """Write whole rupiah: Rp475.000 in Indonesian, Rp475,000 in English."""
    return "Rp" + thousands(amount, language)


def thousands(number: int, language: str = "id") -> str:
    """Write a count: 4.210 in Indonesian, 4,210 in English."""
    separated = f"{number:,}"
    return separated.replace(",", ".") if language == "id" else separated


def _in_wib(instant: str) -> datetime:
    return datetime.fromisoformat(instant).astimezone(WIB)


def wib_date(instant: str | None, language: str = "id") -> str:
    """Write the day of an RFC 3339 instant in Western Indonesian Time: 7 Oktober 2021."""
    if not instant:
        return ""
    return format_date(_in_wib(instant).date(), "d MMMM y", locale=language)


def wib_last_day(instant: str | None, language: str = "id") -> str:
    """Write the last day of a time that ends just before this RFC 3339 instant: midnight belongs to the day before."""
    if not instant:
        return ""
    return wib_date((_in_wib(instant) - timedelta(seconds=1)).isoformat(), language)


def wib_until(instant: str | None, language: str = "id") -> str:
    """Write an end: a midnight as 23.59 of the day before, so that nobody reads one day too many."""
    if not instant:
        return ""
    moment = _in_wib(instant)
    is_midnight = (moment.hour, moment.minute) == (0, 0)
    return wib_instant((moment - timedelta(seconds=1)).isoformat() if is_midnight else instant, language)


def wib_instant(instant: str | None, language: str = "id") -> str:
    """Write day and hour of an RFC 3339 instant: 7 Oktober 2021 pukul 10.00 WIB."""
    if not instant:
        return ""
    moment = _in_wib(instant)
    if language == "id":
        return f"{wib_date(instant, language)} pukul {moment:%H.%M} WIB"
    return f"{wib_date(instant, language)}, {moment:%H:%M} WIB"
