"""How people reach a human, as every page says it: the telephone, and when somebody answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time

from babel.dates import get_day_names
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from prakerja.kernel.clock import WIB
from prakerja.kernel.dates import written_language
from prakerja.programmes.schemes import indonesian_calendar

_HOURS = re.compile(r"([1-7])-([1-7]) (\d\d):(\d\d)-(\d\d):(\d\d)")


@dataclass(frozen=True)
class Contact:
    """`phone` as people read it, "" when there is none; it is answered from `opens` to `closes` (WIB) on these weekdays."""

    phone: str
    first_day: int
    last_day: int
    opens: time
    closes: time

    @property
    def dialled(self) -> str:
        """The number as a telephone takes it."""
        return re.sub(r"[^+0-9]", "", self.phone)

    @property
    def hours(self) -> str:
        """`Senin–Jumat, 08.00–17.00 WIB`, in the language of the page."""
        language = written_language()
        days = get_day_names("wide", locale=language)
        form = "%H:%M" if language == "en" else "%H.%M"
        named = f"{days[self.first_day - 1]}–{days[self.last_day - 1]}"
        return f"{named}, {self.opens.strftime(form)}–{self.closes.strftime(form)} WIB"

    def is_open(self, at: datetime) -> bool:
        """Whether somebody answers at this instant: not on national holidays."""
        there = at.astimezone(WIB)
        works = (
            self.first_day <= there.isoweekday() <= self.last_day and there.date() not in indonesian_calendar().holidays
        )
        return works and self.opens <= there.time() < self.closes


def contact() -> Contact:
    """From the settings HELP_PHONE and HELP_HOURS (`1-5 08:00-17:00`)."""
    found = _HOURS.fullmatch(settings.HELP_HOURS)
    if found is None:
        raise ImproperlyConfigured(
            "PRAKERJA_HELP_HOURS reads like `1-5 08:00-17:00`: weekdays from 1 (Monday), hours in WIB"
        )
    first, last, *hours = (int(part) for part in found.groups())
    return Contact(settings.HELP_PHONE, first, last, time(hours[0], hours[1]), time(hours[2], hours[3]))
