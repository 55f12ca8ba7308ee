"""Which version of a roster counts, and from when on: what excludes people is prepared by one operator and confirmed by another.

Nothing is ever taken back: undoing is another turn, to the version that counted before. What a draw's list was made of stays so.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.permitting import operator_names, permitted
from prakerja.audit.operations import record
from prakerja.kernel.db import requires_transaction, row, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.second_person import TakingBack, taking_back
from prakerja.rosters.models import Turn, Version
from prakerja.rosters.policies import CODES
from prakerja.rosters.queries import TurnState, counting, turns

_LOCK = 0x7072616B_74726E


def require_operator(*, kind: str) -> None:
    """Two people answer for it: neither the programme nor whoever sits at its machine is one of them. Raises Refused: operator_needed."""
    if kind != "operator":
        raise Refused("operator_needed")


@requires_transaction
def wait_for_second(
    *, roster: str, version: Version | None, counts_from: datetime | None, actor: Actor, at: datetime, reason: str = ""
) -> bool:
    """Write down that a version is to count; False when it does already. What this operator prepared of the roster before is replaced.

    Raises Refused: turn_waits (by, version; another operator prepared it: it is confirmed, or taken back by a verb of its own).
    """
    _lock(roster)
    require_none_of_another(roster=roster, who=actor.id)
    live = next((one for one in counting(at=at) if one.roster == roster), None)
    ahead = Turn.objects.filter(roster=roster, confirmed_at__isnull=False, counts_from__gt=at).exists()
    if not ahead and (live.short if live else None) == (version.short if version else None):
        return False
    waiting = Turn.objects.filter(roster=roster, confirmed_at=None, replaced_at=None)
    same = waiting.filter(version=version, counts_from=counts_from, prepared_by=actor.id, reason=reason)
    if same.exists():
        return True
    waiting.update(replaced_at=at)
    made = Turn.objects.create(
        id=new_id(),
        roster=roster,
        version=version,
        counts_from=counts_from,
        reason=reason,
        prepared_by=actor.id,
        prepared_at=at,
    )
    _record("roster.turn_prepared", made, actor=actor, at=at)
    return True


def require_none_of_another(*, roster: str, who: str) -> None:
    """Raise Refused: turn_waits (by: their address, version: its number or None), while something waits that another operator than `who` prepared."""
    waiting = Turn.objects.select_related("version").filter(roster=roster, confirmed_at=None, replaced_at=None)
    of_another = waiting.exclude(prepared_by=who).first()
    if of_another is not None:
        by = operator_names(ids=[of_another.prepared_by]).get(of_another.prepared_by, "–")
        raise Refused("turn_waits", by=by, version=of_another.version.number if of_another.version else None)


@permitted("roster.import")
def undo_turn(*, roster: str, reason: str, actor: Actor, at: datetime) -> TurnState:
    """Prepare that the version before the one that counts counts again; before the first one nobody stood on the roster.

    Raises Refused: not_permitted, operator_needed, roster_unknown, reason_missing, nothing_counts, turn_waits (by, version).
    """
    require_operator(kind=actor.kind)
    if roster not in CODES:
        raise Refused("roster_unknown")
    if not reason.strip():
        raise Refused("reason_missing")
    with transaction():
        _lock(roster)
        live = next((one for one in counting(at=at) if one.roster == roster), None)
        if live is None:
            raise Refused("nothing_counts")
        came = Turn.objects.filter(roster=roster, confirmed_at__isnull=False, counts_from__lte=at)
        # The turn by which the present version came, and the one before that: also where that one was an undoing itself.
        latest, *before = came.order_by("-counts_from", "-confirmed_at", "-id")[:2]
        assert latest.version_id is not None
        version = before[0].version if before else None
        wait_for_second(roster=roster, version=version, counts_from=None, actor=actor, at=at, reason=reason.strip())
    return next(one for one in turns(roster=roster, is_open=True))


@permitted("roster.confirm")
def confirm_turn(*, turn_id: uuid.UUID, actor: Actor, at: datetime) -> TurnState:
    """Another operator says that the version counts: from its instant on, or from now where that has passed or none was said.

    Confirmed twice it is confirmed once. Raises Refused: not_permitted, operator_needed, nothing_prepared (it was replaced, too),
    same_operator.
    """
    require_operator(kind=actor.kind)
    with transaction():
        found = Turn.objects.filter(id=turn_id, replaced_at=None).first()
        if found is None:
            raise Refused("nothing_prepared")
        _lock(found.roster)
        found.refresh_from_db()
        if found.replaced_at is not None:
            raise Refused("nothing_prepared")
        if found.prepared_by == actor.id:
            raise Refused("same_operator")
        if found.confirmed_at is None:
            found.confirmed_by, found.confirmed_at = actor.id, at
            # Nobody is excluded for yesterday.
            found.counts_from = max(found.counts_from or at, at)
            found.save(update_fields=["confirmed_by", "confirmed_at", "counts_from"])
            _record("roster.turn_confirmed", found, actor=actor, at=at)
    return next(one for one in turns(roster=found.roster) if one.turn_id == turn_id)


@permitted("roster.take_back")
def take_back_turn(*, turn_id: uuid.UUID, actor: Actor, at: datetime) -> bool:
    """Let nobody confirm any more what waits; the roster stays as it is. Returns whether that is so now.

    Whoever prepared it takes it back alone. What another prepared, two take back; until the second one says so it may be confirmed. Raises
    Refused: not_permitted, operator_needed, nothing_prepared (it was confirmed, replaced or taken back).
    """
    require_operator(kind=actor.kind)
    with transaction():
        found = Turn.objects.filter(id=turn_id).first()
        if found is None:
            raise Refused("nothing_prepared")
        _lock(found.roster)
        found.refresh_from_db()
        if found.replaced_at is not None or found.confirmed_at is not None:
            raise Refused("nothing_prepared")
        what = taking_back(prepared_by=found.prepared_by, asked_by=found.back_asked_by, who=actor.id)
        if what is TakingBack.DONE:
            found.replaced_at = at
            found.save(update_fields=["replaced_at"])
            _record("roster.turn_taken_back", found, actor=actor, at=at)
        elif what is TakingBack.ASKED:
            found.back_asked_by, found.back_asked_at = actor.id, at
            found.save(update_fields=["back_asked_by", "back_asked_at"])
            _record("roster.turn_asked_back", found, actor=actor, at=at)
    return what is TakingBack.DONE


@requires_transaction
def _lock(roster: str) -> None:
    """Of two who turn a roster one waits."""
    row("SELECT pg_advisory_xact_lock(%s)", [_LOCK + CODES.index(roster)])


@requires_transaction
def _record(action: str, turn: Turn, *, actor: Actor, at: datetime) -> None:
    record(
        action=action,
        at=at,
        actor=actor,
        subject_kind="roster_turn",
        subject_id=turn.id,
        why=turn.reason,
        data={
            "roster": turn.roster,
            "version": None if turn.version is None else turn.version.number,
            "counts_from": None if turn.counts_from is None else turn.counts_from.isoformat(),
        },
    )
