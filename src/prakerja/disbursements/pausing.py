"""A rail that is busy or cannot be reached is left alone for a while: that rail, and no other.

Every call to it would only put another payment on its way without an answer, and hit who is down already. The waits grow with
each try that ends the same way, up to the last one of the rail's terms; the first call after a pause goes alone, and one usable
answer ends it. Instants are programme time, like those at which payments leave.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from prakerja.audit.operations import record
from prakerja.disbursements.models import RailPause
from prakerja.disbursements.rails import TransferResult, terms_of
from prakerja.kernel.db import requires_transaction
from prakerja.kernel.ids import new_id
from prakerja.kernel.looks import first_of
from prakerja.programmes.schemes import wib_day


class Pause(NamedTuple):
    """`refusals`: how many tries in a row ended like this. `reason`: busy (it said so) or unreachable (it said nothing)."""

    rail: str
    reason: str
    refusals: int
    since: datetime
    until: datetime


# Of whoever comes first, if there is a pause at all: mostly there is none.
FIRST_PAUSE = first_of(lambda: RailPause.objects.values_list("rail"))


def rail_pauses() -> list[Pause]:
    """The rails that have not given a usable answer since they were left alone, whether they are tried again already or not."""
    return [
        Pause(one.rail, one.reason, one.refusals, one.since, one.until) for one in RailPause.objects.order_by("rail")
    ]


def calls_to_make(*, rail: str, most: int, at: datetime) -> int:
    """How many calls may be written down for a rail now: none while it is left alone, then one, and all of `most` as ever."""
    paused = RailPause.objects.filter(rail=rail).first()
    if paused is None:
        return most
    return 0 if at < paused.until else min(most, 1)


@requires_transaction
def note_rail_health(*, said: Iterable[tuple[str, TransferResult]], at: datetime) -> None:
    """Learn from what rails answered, as (rail, answer): who is to be left alone, and who answers again."""
    by_rail: dict[str, list[TransferResult]] = {}
    for rail, result in said:
        by_rail.setdefault(rail, []).append(result)
    for rail, results in sorted(by_rail.items()):
        troubles = {result.trouble for result in results} - {""}
        answers = any(not result.trouble for result in results)
        if "busy" in troubles or (troubles and not answers):
            _leave_alone(rail, reason="busy" if "busy" in troubles else "unreachable", answers=answers, at=at)
        elif answers:
            _go_on(rail, at=at)


def _leave_alone(rail: str, *, reason: str, answers: bool, at: datetime) -> None:
    waits = terms_of(rail=rail, on=wib_day(at)).pause_after
    # Two workers that meet the same refusal: the second waits for the first one's row, and finds the pause begun.
    RailPause.objects.bulk_create(
        [RailPause(id=new_id(), rail=rail, reason=reason, refusals=0, since=at, until=at)], ignore_conflicts=True
    )
    paused = RailPause.objects.select_for_update(no_key=True).get(rail=rail)
    if at < paused.until:
        # Of the same burst: what was on its way when the pause began is no further try.
        return
    is_new = paused.refusals == 0
    paused.refusals = 1 if answers else paused.refusals + 1
    paused.reason, paused.until = reason, at + waits[min(paused.refusals, len(waits)) - 1]
    paused.save()
    if is_new:
        record(
            action="rail.paused",
            at=at,
            subject_kind="rail",
            subject_id=paused.id,
            data={"rail": rail, "reason": reason},
        )


def _go_on(rail: str, *, at: datetime) -> None:
    paused = RailPause.objects.select_for_update(no_key=True).filter(rail=rail).first()
    # What was on its way when the pause began says nothing about how the rail is now.
    if paused is None or at < paused.until:
        return
    paused.delete()
    record(
        action="rail.resumed",
        at=at,
        subject_kind="rail",
        subject_id=paused.id,
        data={"rail": rail, "since": paused.since.isoformat(), "refusals": paused.refusals},
    )
