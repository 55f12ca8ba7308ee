"""What falls due in awards: reminders before the deadline, revocation after it."""

from __future__ import annotations

from datetime import datetime

from prakerja.awards.due import next_unreckoned, reckon_some
from prakerja.awards.moving import follow_deadline_moves, follows_left, next_follow
from prakerja.awards.reminders import next_reminder, remind_to_buy, reminders_left
from prakerja.awards.revoking import next_revocation, revocations_left, revoke_overdue
from prakerja.kernel.clock import wall
from prakerja.kernel.due import DueTask, in_chunks


def run_reckoning(at: datetime) -> int:
    """Store when awards are reminded and revoked whose deadline is new. Returns 0: nothing has happened to anybody."""
    return in_chunks(reckon_some)


def run_reminders(at: datetime) -> int:
    """Send what is due. Of several that were missed only the last is sent, and none after the deadline (`reminders`)."""
    run_reckoning(at)
    return remind_to_buy(at=at)


def run_revocations(at: datetime) -> int:
    """Hold what an operator has to decide, revoke the others."""
    run_reckoning(at)
    return revoke_overdue(at=at, wall=wall())


def run_follows(at: datetime) -> int:
    """Let awards follow the deadline of their wave that was moved, where whoever moved it was interrupted (`moving`)."""
    return follow_deadline_moves(at=at)


TASKS = [
    DueTask(name="follow moved deadlines", next_due=next_follow, run=run_follows, left=follows_left),
    DueTask(name="reckon deadlines", next_due=next_unreckoned, run=run_reckoning),
    DueTask(name="remind to buy", next_due=next_reminder, run=run_reminders, left=reminders_left),
    DueTask(
        name="revoke",
        next_due=next_revocation,
        run=run_revocations,
        left=revocations_left,
        after=("remind to buy",),
    ),
]
