"""Limits of one-time passwords (rules.md 12.13): one set for signing in, linking and buying."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from prakerja.kernel.clock import WIB


@dataclass(frozen=True)
class OtpRules:
    digits: int = 6
    life_s: int = 300
    tries: int = 3
    lock_min: int = 60
    gap_s: int = 60
    per_day: int = 5


@dataclass(frozen=True)
class SignInRules(OtpRules):
    """Codes a day for one number. A person who signs in on a borrowed phone must not be locked out by somebody else.

    `per_day` counts in a browser that signed in with this number before, which is what its owner has; the others in one
    that did not, in one network (an IPv4 address, an IPv6 /64), and in all of those together.
    """

    per_day: int = 15
    per_day_browser: int = 5
    per_day_network: int = 10
    per_day_elsewhere: int = 30


DEFAULT = OtpRules()
SIGN_IN = SignInRules()


@dataclass(frozen=True)
class Retention:
    """For how long what is needed to let people in is kept, from a day (WIB) on (rules.md 11.3)."""

    since: date
    # Codes that were sent, and what is counted for a person, since the last use.
    codes: timedelta
    # What is counted for a phone number by who asks, whether anybody registered it or not: whole days after its last.
    numbers: timedelta
    # What is counted at purchases. It outlives every programme year, so that no count of a card in use is ever forgotten.
    purchases: timedelta
    # Wrong passwords and codes of operators, by browser and network, since the last one.
    operators: timedelta


# A change is a new line.
RETENTION = (
    Retention(
        since=date(2020, 4, 11),
        codes=timedelta(days=30),
        numbers=timedelta(days=2),
        purchases=timedelta(days=400),
        operators=timedelta(days=30),
    ),
)


def retention_at(at: datetime) -> Retention:
    """The rule at an instant."""
    held = [one for one in RETENTION if one.since <= at.astimezone(WIB).date()]
    return max(held or RETENTION[:1], key=lambda one: one.since)
