"""What anybody may read of the programme before signing in. Rupiah are whole, instants UTC."""

from __future__ import annotations

from datetime import datetime

import msgspec


class PublicWave(msgspec.Struct, frozen=True):
    """A wave as the public sees it. `joined` and `selected` are those that this database knows; `announced_at` None: not yet."""

    number: int
    scheme: str
    opens_at: datetime
    closes_at: datetime
    quota: int
    announced_at: datetime | None
    joined: int
    selected: int

    def is_open(self, at: datetime) -> bool:
        """Whether one may join it at this instant."""
        return self.opens_at <= at < self.closes_at

    def is_announced(self, at: datetime) -> bool:
        """Whether its results are out."""
        return self.announced_at is not None and self.announced_at <= at


class Front(msgspec.Struct, frozen=True):
    """`now` is the wave that is open, else the last one that was; `next` the first one that will be. `paid` are incentives."""

    now: PublicWave | None
    next: PublicWave | None
    waves: int
    recipients: int
    bought: int
    finished: int
    paid: int
    courses: int
    institutions: int
    platforms: int
    counted_at: datetime
