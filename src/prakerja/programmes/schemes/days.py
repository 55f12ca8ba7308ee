"""Days of the programme: WIB, exclusive ends of days, working days.

WIB is UTC+7 without daylight saving, so a fixed offset says everything and needs no time-zone database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache

import holidays

WIB = timezone(timedelta(hours=7), "WIB")
_SATURDAY = 5
_CALENDAR_YEARS = range(2020, 2036)


def wib_day(instant: datetime) -> date:
    """The calendar day in WIB of an aware instant. Raises ValueError for an instant without a zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant of the programme needs a time zone")
    return instant.astimezone(WIB).date()


def at_wib(day: date, hour: time) -> datetime:
    """The instant, in UTC, at which clocks in WIB show `hour` on `day`."""
    return datetime.combine(day, hour, tzinfo=WIB).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """The exclusive end of a day in WIB, in UTC: what is shown as 23.59 WIB ends here (decisions.md 59)."""
    return at_wib(day + timedelta(days=1), time.min)


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Monday to Friday without the given holidays, which the caller passes in."""

    holidays: frozenset[date] = frozenset()

    @classmethod
    def of(cls, days: Iterable[date]) -> WorkingCalendar:
        return cls(holidays=frozenset(days))

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < _SATURDAY and day not in self.holidays

    def on_or_after(self, day: date) -> date:
        """`day` itself when it is a working day, else the next one."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def add(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`; `day` itself is day 0, whatever day of the week it is."""
        for _ in range(count):
            day = self.on_or_after(day + timedelta(days=1))
        return day


WEEKDAYS_ONLY = WorkingCalendar()


@cache
def indonesian_calendar() -> WorkingCalendar:
    """Indonesia's working days, 2020 to 2035: without national holidays and joint leave."""
    listed = holidays.country_holidays("ID", years=_CALENDAR_YEARS, categories=("public", "government"))
    return WorkingCalendar.of(listed)
