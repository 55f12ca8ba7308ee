"""How days and instants are written for people, in Indonesian and English, by Babel. Instants are shown in WIB."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date
from django.utils.translation import get_language

from prakerja.kernel.clock import WIB

# Provinces by the first digits of their number that do not live by Jakarta's clock: central and eastern time.
_CENTRAL = ("51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76")
_EASTERN = ("81", "82", "91", "92", "93", "94", "95", "96")
_AT = {"id": "pukul", "en": "at"}
# Two digits of the province of whoever reads what is written now; "" for nobody in particular.
_reader_province: ContextVar[str] = ContextVar("reader_province", default="")


@contextmanager
def read_in(province_code: str) -> Iterator[None]:
    """Write limits and beginnings for a reader of this province: by their own clock too, where it is not Jakarta's."""
    token = _reader_province.set(province_code)
    try:
        yield
    finally:
        _reader_province.reset(token)


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


def weekday_instant(value: datetime) -> str:
    """A UTC instant with its weekday → `Kamis, 21 Oktober 2021 pukul 23.59 WIB`."""
    return f"{wib_day(value)} {_AT[written_language()]} {hour(value)}"


def until(value: datetime) -> str:
    """An exclusive limit, shown as its last second: `2021-10-21T17:00Z` → `21 Oktober 2021 pukul 23.59 WIB`.

    Limits of days are stored as the first instant that is too late (architecture.md "Time"). For a reader in Jayapura
    ` (22 Oktober 2021 pukul 01.59 WIT)` follows.
    """
    return beginning(value - timedelta(seconds=1))


def weekday_until(value: datetime) -> str:
    """An exclusive limit as pages show it: `until`, with the weekday that people plan by before it."""
    last = (value - timedelta(seconds=1)).astimezone(WIB).date()
    return f"{format_date(last, 'EEEE', locale=written_language())}, {until(value)}"


def beginning(value: datetime, *, province_code: str = "") -> str:
    """The instant from which something may be done, by the reader's clock too; of a class on site by that of its province."""
    there = instant_elsewhere(value, province_code=province_code or _reader_province.get())
    return f"{instant(value)} ({there})" if there else instant(value)


def wib_day(value: datetime) -> str:
    """The WIB day of a UTC instant → `Kamis, 21 Oktober 2021`."""
    return weekday(value.astimezone(WIB).date())


def plain_day(value: datetime) -> str:
    """The WIB day of a UTC instant without its weekday → `21 Oktober 2021`."""
    return day(value.astimezone(WIB).date())


def instant_elsewhere(value: datetime, *, province_code: str) -> str:
    """The same instant by the clock of a province in central or eastern time → `7 Oktober 2021 pukul 09.00 WITA`; "" in the west."""
    zone, name = _zone_of(province_code)
    if not name:
        return ""
    local = value.astimezone(zone)
    language = written_language()
    return f"{day(local.date())} {_AT[language]} {local.strftime('%H:%M' if language == 'en' else '%H.%M')} {name}"


def _zone_of(province_code: str) -> tuple[ZoneInfo, str]:
    if province_code[:2] in _CENTRAL:
        return ZoneInfo("Asia/Makassar"), "WITA"
    if province_code[:2] in _EASTERN:
        return ZoneInfo("Asia/Jayapura"), "WIT"
    return ZoneInfo("Asia/Jakarta"), ""
