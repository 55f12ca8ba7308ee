"""When the sessions of a class take place, where the class does not say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Session:
    """One meeting of a live class. Instants are UTC, `ends_at` is exclusive."""

    number: int
    starts_at: datetime
    ends_at: datetime


def spread_sessions(*, starts_at: datetime, ends_at: datetime, count: int) -> tuple[Session, ...]:
    """The sessions of a class whose dates were never told one by one: evenly from its start to its end.

    A class of several days meets at the same hour every so many whole days, and as long each time as on its last day;
    one of a single day is cut into equal parts.
    """
    if count == 1:
        return (Session(1, starts_at, ends_at),)
    every = (ends_at - starts_at) // timedelta(days=1) // (count - 1)
    step = timedelta(days=every) if every else (ends_at - starts_at) / count
    length = min(step, ends_at - starts_at - step * (count - 1))
    return tuple(
        Session(number, starts_at + step * (number - 1), starts_at + step * (number - 1) + length)
        for number in range(1, count + 1)
    )
