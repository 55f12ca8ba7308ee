"""How days and instants are written for people, in Indonesian and English, by Babel. Instants are shown in WIB."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date
from django.utils.translation import get_language

from prakerja.kernel.clock import WIB

# Provinces by the first digits of their number that do not live by Jakarta's clock: central and eastern time.
_CENTRAL = ("51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76")
_EASTERN = ("81", "82", "91", "92", "93", "94", "95", "96")
_AT = {"id": "pukul", "en": "at"}


def written_language() -> str:
    """The language in which is written now: `en`, or `id` for every other."""
    return "en" if get_language() == "en" else "id"


def day(value: date) -> str:
    """`2021-10-21` → `21 Oktober 2021`."""
    return format_date(value, "d MMMM y", locale=written_language())


def weekday(value: date) -> str:
    """`2021-10-21` → `Kamis, 21 Oktober 2021`."""
    return format_date(value, "EEEE, d MMMM y", locale=written_language())


def clock_time(value: datetime, *, language: str) -> str:
    """The WIB clock time of an instant → `23.59`; in English `23:59`."""
    return value.astimezone(WIB).strftime("%H:%M" if language == "en" else "%H.%M")


def hour(value: datetime) -> str:
    """The WIB clock time of an instant with its zone → `23.59 WIB`; in English `23:59 WIB`."""
    return f"{clock_time(value, language=written_language())} WIB"


def instant(value: datetime) -> str:
    """A UTC instant → `21 Oktober 2021 pukul 23.59 WIB`."""
    return f"{day(value.astimezone(WIB).date())} {_AT[written_language()]} {hour(value)}"


def until(value: datetime) -> str:
    """An exclusive limit, shown as its last second: `2021-10-21T17:00Z` → `21 Oktober 2021 pukul 23.59 WIB`.

    Limits of days are stored as the first instant that is too late (architecture.md "Time").
    """
    return instant(value - timedelta(seconds=1))


def wib_day(value: datetime) -> str:
    """The WIB day of a UTC instant → `Kamis, 21 Oktober 2021`."""
    return weekday(value.astimezone(WIB).date())


def plain_day(value: datetime) -> str:
    """The WIB day of a UTC instant without its weekday → `21 Oktober 2021`."""
    return day(value.astimezone(WIB).date())


def until_elsewhere(value: datetime, *, province_code: str) -> str:
    """The same limit by the clock of a province in central or eastern time → `22 Oktober 2021 pukul 01.59 WIT`; "" in the west."""
    zone, name = _zone_of(province_code)
    if not name:
        return ""
    local = (value - timedelta(seconds=1)).astimezone(zone)
    language = written_language()
    return f"{day(local.date())} {_AT[language]} {local.strftime('%H:%M' if language == 'en' else '%H.%M')} {name}"


def _zone_of(province_code: str) -> tuple[ZoneInfo, str]:
    if province_code[:2] in _CENTRAL:
        return ZoneInfo("Asia/Makassar"), "WITA"
    if province_code[:2] in _EASTERN:
        return ZoneInfo("Asia/Jayapura"), "WIT"
    return ZoneInfo("Asia/Jakarta"), ""
