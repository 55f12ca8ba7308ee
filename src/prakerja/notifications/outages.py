"""Whether we could tell people anything: signs of life of what sends, and the gaps between them.

A worker writes a sign at its start, before it does anything else, and once a minute while nothing waits that it could send. What it finds to be old then is an outage,
kept for those who decide over people by deadlines (rules.md 12.4: who could not be told because we were down).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from prakerja.kernel.db import transaction
from prakerja.kernel.ids import new_id
from prakerja.notifications.models import Lifesign, Outage

# Signs come once a minute; a restart takes less than this, wall time and programme time both.
SILENCE = timedelta(minutes=10)


def note_life(*, at: datetime, wall: datetime) -> bool:
    """Write a sign of life at programme time `at`, wall time `wall`. True when it ended an outage, which is then a row.

    Silent for more than ten minutes of wall time and of programme time: a sandbox's clock that was moved, or stood still,
    is no outage.
    """
    with transaction():
        sign = Lifesign.objects.select_for_update(no_key=True).filter(id=1).first()
        if sign is None:
            Lifesign.objects.bulk_create([Lifesign(id=1, seen_at=at, seen_wall=wall)], ignore_conflicts=True)
            return False
        was_silent = wall - sign.seen_wall > SILENCE and at - sign.seen_at > SILENCE
        if was_silent:
            Outage.objects.create(id=new_id(), began_at=sign.seen_at, ended_at=at)
        sign.seen_at, sign.seen_wall = max(at, sign.seen_at), max(wall, sign.seen_wall)
        sign.save(update_fields=["seen_at", "seen_wall"])
    return was_silent
