"""A wave was announced with the wrong instant: two operators put it right while nothing has fallen due by it.

The wave's one deadline hangs on the announcement (rules.md 4.2), so nobody corrects it alone and nobody corrects it afterwards:
who was revoked stays revoked, and those whose revocation is held get another deadline by `awards.holding.extend_held`.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.permitting import operator_name, permitted, require_operator
from prakerja.audit.operations import record
from prakerja.awards.operations import begin_deadline_move, follow_deadline_moves
from prakerja.awards.policies import require_ahead, require_reason
from prakerja.awards.queries import is_deadline_moving, people_with_deadline
from prakerja.intake.models import AnnouncementCorrection, ResultImport, Wave
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.second_person import CONFIRMING, TAKING_BACK, WAITS, TakingBack
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import dates_that_end, full_days_left, purchase_deadline


@dataclass(frozen=True)
class Correction:
    """What a correction does. Deadlines are exclusive; `people` have not bought and have the wave's deadline."""

    wave: int
    announced_before: datetime
    announced_at: datetime
    deadline_before: datetime
    deadline: datetime
    days_left: int
    people: int


def look_at_correction(
    *, wave_number: int, announced_at: datetime, at: datetime, is_short_deadline_confirmed: bool = True
) -> Correction:
    """What a correction would do now, and nothing happens. Raises Refused: as `prepare_correction`, but who, why and what waits."""
    with transaction():
        wave = _locked(wave_number)
        return _correction(wave=wave, announced_at=announced_at, at=at, is_confirmed=is_short_deadline_confirmed)


@permitted("announcement.correct")
def prepare_correction(
    *, wave_number: int, announced_at: datetime, reason: str, actor: Actor, at: datetime
) -> Correction:
    """Write down another instant of a wave's announcement; nothing changes before another operator confirms it.

    One that this operator prepared and nobody confirmed is replaced. Raises Refused: not_permitted, operator_needed, reason_missing,
    wave_unknown, correction_waits (by: their address, announced_at; another operator prepared one), not_announced, import_unfinished (wave), deadlines_moving (wave), announced_the_same, correction_too_late (deadline; something has fallen due by it),
    deadline_not_ahead (what, deadline).
    """
    require_operator(who=actor)
    require_reason(reason)
    with transaction():
        wave = _locked(wave_number)
        correction = _correction(wave=wave, announced_at=announced_at, at=at, is_confirmed=True)
        waiting = AnnouncementCorrection.objects.filter(WAITS, wave=wave)
        of_another = waiting.exclude(prepared_by=actor.id).first()
        if of_another is not None:
            by = operator_name(id=of_another.prepared_by)
            raise Refused("correction_waits", by=by, announced_at=of_another.announced_at)
        waiting.update(replaced_at=at)
        AnnouncementCorrection.objects.create(
            id=new_id(),
            wave=wave,
            announced_before=correction.announced_before,
            announced_at=announced_at,
            reason=reason.strip(),
            prepared_by=actor.id,
            prepared_at=at,
        )
        _record("wave.correction_prepared", wave.id, correction, reason=reason, actor=actor, at=at)
    return correction


@permitted("announcement.confirm")
def confirm_correction(
    *,
    wave_number: int,
    announced_at: datetime,
    actor: Actor,
    at: datetime,
    is_short_deadline_confirmed: bool = False,
    is_followed: bool = True,
) -> Correction:
    """Another operator confirms what was prepared: the wave's deadline moves at once, its awards follow, and everybody is told by SMS.

    `announced_at` is the instant that they read: whoever read one that somebody replaced since confirms nothing. The awards follow some hundreds at a time, each told then; whoever is interrupted has decided, and the worker goes on; with `is_followed` False it does all of that. Who has bought, and whose deadline a refund moved, keeps what they have. With fewer than 7 full days left
    `is_short_deadline_confirmed` says that `actor` stands for it by name. Raises Refused: not_permitted, operator_needed,
    wave_unknown, nothing_prepared, same_operator, correction_changed (announced_at; what waits now), import_unfinished (wave), deadlines_moving (wave), announced_the_same, correction_too_late (deadline), deadline_not_ahead
    (what, deadline), deadline_close (what, deadline, days_left, needed).
    """
    require_operator(who=actor)
    with transaction():
        wave = _locked(wave_number)
        prepared = _waiting(wave=wave, announced_at=announced_at)
        prepared.confirm(who=actor.id, at=at)
        correction = _correction(
            wave=wave, announced_at=prepared.announced_at, at=at, is_confirmed=is_short_deadline_confirmed
        )
        wave.announced_at = prepared.announced_at
        wave.save(update_fields=["announced_at"])
        prepared.save(update_fields=CONFIRMING)
        begin_deadline_move(
            wave_id=wave.id,
            before=correction.deadline_before,
            deadline=correction.deadline,
            people=correction.people,
            reason=prepared.reason,
            actor=actor,
            at=at,
        )
        _record("wave.correction_confirmed", wave.id, correction, reason=prepared.reason, actor=actor, at=at)
    if is_followed:
        follow_deadline_moves(at=at, waits=True)
    return correction


@permitted("announcement.take_back")
def take_back_correction(*, wave_number: int, announced_at: datetime, actor: Actor, at: datetime) -> bool:
    """Let nobody confirm any more what waits; the announcement stays. Returns whether that is so now.

    Whoever prepared it takes it back alone. What another prepared, two take back; until the second one says so it may be confirmed.
    `announced_at` is the instant that they read. Raises Refused: not_permitted, operator_needed, wave_unknown, nothing_prepared,
    correction_changed (announced_at; another one waits by now).
    """
    require_operator(who=actor)
    with transaction():
        wave = _locked(wave_number)
        waiting = _waiting(wave=wave, announced_at=announced_at)
        what = waiting.take_back(who=actor.id, at=at)
        waiting.save(update_fields=TAKING_BACK)
        if what is not TakingBack.STILL_ASKED:
            record(
                action=f"wave.correction_{what.value}",
                at=at,
                actor=actor,
                subject_kind="wave",
                subject_id=wave.id,
                data={"wave": wave_number, "announced_at": announced_at.isoformat()},
            )
    return what is TakingBack.DONE


@requires_transaction
def _waiting(*, wave: Wave, announced_at: datetime) -> AnnouncementCorrection:
    """What waits of a wave, if it is what they read. Raises Refused: nothing_prepared, correction_changed (announced_at)."""
    waiting = AnnouncementCorrection.objects.select_for_update(no_key=True).filter(WAITS, wave=wave).first()
    if waiting is None:
        raise Refused("nothing_prepared")
    if waiting.announced_at != announced_at:
        raise Refused("correction_changed", announced_at=waiting.announced_at)
    return waiting


@requires_transaction
def _locked(wave_number: int) -> Wave:
    wave = Wave.objects.select_for_update(no_key=True).filter(number=wave_number).first()
    if wave is None:
        raise Refused("wave_unknown", wave=wave_number)
    return wave


@requires_transaction
def _correction(*, wave: Wave, announced_at: datetime, at: datetime, is_confirmed: bool) -> Correction:
    if wave.announced_at is None:
        raise Refused("not_announced")
    if ResultImport.objects.filter(wave=wave, status="awarding").exists():
        # Half of a list would have the one deadline and half the other.
        raise Refused("import_unfinished", wave=wave.number)
    if is_deadline_moving(wave_id=wave.id):
        # Whose award has not followed the last one yet would follow neither.
        raise Refused("deadlines_moving", wave=wave.number)
    if wave.announced_at == announced_at:
        raise Refused("announced_the_same")
    rules = scheme(scheme_version_id=wave.scheme_version_id)
    before = purchase_deadline(scheme=rules, announced_at=wave.announced_at)
    if at >= before:
        raise Refused("correction_too_late", deadline=before)
    deadline = purchase_deadline(scheme=rules, announced_at=announced_at)
    dates = dates_that_end(scheme=rules, announced_at=announced_at)
    require_ahead(scheme=rules, dates=dates, at=at, is_confirmed=is_confirmed)
    return Correction(
        wave=wave.number,
        announced_before=wave.announced_at,
        announced_at=announced_at,
        deadline_before=before,
        deadline=deadline,
        days_left=full_days_left(until=deadline, at=at),
        people=people_with_deadline(wave_id=wave.id, deadline_at=before),
    )


def _record(
    action: str, wave_id: uuid.UUID, correction: Correction, *, reason: str, actor: Actor, at: datetime
) -> None:
    record(
        action=action,
        at=at,
        actor=actor,
        subject_kind="wave",
        subject_id=wave_id,
        why=reason.strip(),
        before=correction.deadline_before.isoformat(),
        after=correction.deadline.isoformat(),
        data={"announced_at": correction.announced_at.isoformat(), "people": correction.people},
    )
