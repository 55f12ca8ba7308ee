"""How instants, days and rupiah are written for people. Instants are shown in WIB, the zone of every rule."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.translation import get_language

from prakerja.kernel.clock import WIB
from prakerja.kernel.money import format_rupiah

# fmt: off
MONTHS = {
    "id": ["Januari", "Februari", "Maret", "April", "Mei", "Juni",
           "Juli", "Agustus", "September", "Oktober", "November", "Desember"],
    "en": ["January", "February", "March", "April", "May", "June",
           "July", "August", "September", "October", "November", "December"],
}
# fmt: on
WEEKDAYS = {
    "id": ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"],
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
}
AT = {"id": "pukul", "en": "at"}


def _language() -> str:
    return "en" if get_language() == "en" else "id"


def day(value: date) -> str:
    """`2021-10-21` → `21 Oktober 2021`."""
    return f"{value.day} {MONTHS[_language()][value.month - 1]} {value.year}"


def weekday(value: date) -> str:
    """`2021-10-21` → `Kamis, 21 Oktober 2021`."""
    return f"{WEEKDAYS[_language()][value.weekday()]}, {day(value)}"


def instant(value: datetime) -> str:
    """A UTC instant → `21 Oktober 2021 pukul 23.59 WIB`."""
    local = value.astimezone(WIB)
    return f"{day(local.date())} {AT[_language()]} {hour(value)}"


def until(value: datetime) -> str:
    """An exclusive limit, shown as its last second: `2021-10-21T17:00Z` → `21 Oktober 2021 pukul 23.59 WIB`.

    Limits of days are stored as the first instant that is too late (architecture.md "Time").
    """
    return instant(value - timedelta(seconds=1))


def wib_day(value: datetime) -> str:
    """The WIB day of a UTC instant → `Kamis, 21 Oktober 2021`."""
    return weekday(value.astimezone(WIB).date())


def hour(value: datetime) -> str:
    """The WIB clock time of a UTC instant → `23.59 WIB`; in English `23:59 WIB`."""
    local = value.astimezone(WIB)
    return f"{local:%H:%M} WIB" if _language() == "en" else f"{local:%H.%M} WIB"


def grouped(number: str) -> str:
    """A card number in groups of four, so that people can read it out and check it."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def thousands(number: int) -> str:
    """`4210` → `4.210`; in English `4,210`."""
    return f"{number:,}" if _language() == "en" else f"{number:,}".replace(",", ".")


def masked(number: str) -> str:
    """An account number with only its last four characters shown."""
    return "•" * max(len(number) - 4, 0) + number[-4:]


def rupiah(amount: int) -> str:
    """`1000000` → `Rp1.000.000`; in English `Rp1,000,000`."""
    return format_rupiah(amount, language=_language())
