"""How a lost phone is replaced: a dated rule (rules.md 8.5). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from prakerja.kernel.clock import WIB

LONGEST_WORDS = 500
FEWEST_ANSWER, LONGEST_ANSWER = 10, 500
# Of one NIK at a time: whoever knows somebody's number keeps neither them nor us busy.
MOST_OF_A_NIK = 3
PHOTOS = ("ktp", "kk")


@dataclass(frozen=True)
class LostPhoneTerms:
    """From a day (WIB) on. `answer_within`: the longest that somebody waits for the first answer; `objection`: so long after the
    second operator nothing changes, so that whoever has the old phone or the e-mail can object; `unsent`: what was begun and
    not sent goes; `photos`: they go so long after the end, with everything that was written."""

    since: date
    answer_within: timedelta
    objection: timedelta
    unsent: timedelta
    photos: timedelta


# A change is a new line.
TERMS = (
    LostPhoneTerms(
        since=date(2020, 4, 11),
        answer_within=timedelta(days=5),
        objection=timedelta(days=3),
        unsent=timedelta(days=1),
        photos=timedelta(days=30),
    ),
)


def lost_phone_terms(at: datetime) -> LostPhoneTerms:
    """The rule at an instant."""
    held = [one for one in TERMS if one.since <= at.astimezone(WIB).date()]
    return max(held or TERMS[:1], key=lambda one: one.since)
