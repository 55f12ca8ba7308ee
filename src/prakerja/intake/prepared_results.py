"""A list of results awards thousands: one operator has it read, another confirms it (ADR 0046), with the same file or by page (ADR 0049).

What was prepared is judged anew when it is confirmed, because time has passed; a list that would award more people by then is
prepared again. The programme itself, and whoever makes a demo's world, needs no second person.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from prakerja.access.actors import Actor
from prakerja.access.permitting import operator_name, permitted, require_operator
from prakerja.audit.operations import record
from prakerja.intake.models import PreparedResults, Wave
from prakerja.intake.uploaded_lists import drop_decided_files
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.second_person import TAKING_BACK, WAITS, TakingBack

DIGEST_DIGITS = 16


@dataclass(frozen=True)
class Prepared:
    """A list that waits for its second operator. `announced_at` is None when the confirmation announces the wave."""

    id: uuid.UUID
    wave: int
    decree: str
    list_digest: str
    announced_at: datetime | None
    more_lists_follow: bool
    people: int
    already: int
    different: int
    rejected: int
    prepared_by: str
    prepared_at: datetime
    # Who wants it taken back, "" for nobody.
    back_asked_by: str

    @property
    def digest(self) -> str:
        """A hash of all that whoever confirms it reads: what a page says, so that nobody confirms an older one."""
        told = (self.id, self.list_digest, self.announced_at, self.more_lists_follow, self.people, self.already)
        return sha256(repr((*told, self.different, self.rejected)).encode()).hexdigest()[:DIGEST_DIGITS]


def waiting_results(*, wave_number: int | None = None) -> list[Prepared]:
    """The lists that wait for a second operator, of one wave or of all, the oldest first. `prepared_by` is an operator's id."""
    waiting = PreparedResults.objects.filter(WAITS).select_related("wave")
    if wave_number is not None:
        waiting = waiting.filter(wave__number=wave_number)
    return [_prepared(one) for one in waiting.order_by("prepared_at")]


def _prepared(one: PreparedResults) -> Prepared:
    return Prepared(
        id=one.id,
        wave=one.wave.number,
        decree=one.decree_number,
        list_digest=one.list_digest,
        announced_at=one.announced_at,
        more_lists_follow=one.more_lists_follow,
        people=one.people,
        already=one.already,
        different=one.different,
        rejected=one.rejected,
        prepared_by=one.prepared_by,
        prepared_at=one.prepared_at,
        back_asked_by=one.back_asked_by,
    )


@permitted("results.take_back")
def take_back_results(
    *, wave_number: int, decree_number: str, actor: Actor, at: datetime, digest: str | None = None
) -> bool:
    """Let nobody confirm a prepared list any more; nobody was awarded by it. Returns whether that is so now.

    Whoever prepared it takes it back alone. What another prepared, two take back; until the second one says so it may be
    confirmed. `digest` is that of what they read, where they read it. Raises Refused: not_permitted, operator_needed, nothing_prepared,
    results_changed (another one waits by now).
    """
    require_operator(who=actor)
    with transaction():
        found = (
            PreparedResults.objects.select_for_update(no_key=True, of=("self",))
            .filter(WAITS, wave__number=wave_number, decree_number=decree_number)
            .first()
        )
        if found is None:
            raise Refused("nothing_prepared")
        if digest is not None and digest != _prepared(found).digest:
            raise Refused("results_changed")
        what = found.take_back(who=actor.id, at=at)
        found.save(update_fields=TAKING_BACK)
        if what is TakingBack.DONE:
            drop_decided_files()
        if what is not TakingBack.STILL_ASKED:
            record(
                action=f"wave.results_{what.value}",
                at=at,
                actor=actor,
                subject_kind="wave",
                subject_id=found.wave_id,
                data={"decree": decree_number, "people": found.people},
            )
    return what is TakingBack.DONE


def require_no_others(*, wave: Wave, who: str) -> None:
    """Nobody replaces what another operator than `who` (an id) prepared. Raises Refused: results_wait (by: their address, decree)."""
    waiting = PreparedResults.objects.filter(WAITS, wave=wave)
    of_another = waiting.exclude(prepared_by=who).first()
    if of_another is not None:
        by = operator_name(id=of_another.prepared_by)
        raise Refused("results_wait", by=by, decree=of_another.decree_number)


@requires_transaction
def keep_prepared(*, wave: Wave, actor: Actor, at: datetime, **told: object) -> None:
    """Write down what another operator is to confirm, in place of what this one prepared of the wave before.

    `told`: the other fields of the row. Raises Refused: results_wait (by, decree).
    """
    Wave.objects.select_for_update(no_key=True).get(id=wave.id)
    require_no_others(wave=wave, who=actor.id)
    PreparedResults.objects.filter(WAITS, wave=wave).update(replaced_at=at)
    PreparedResults.objects.create(id=new_id(), wave=wave, prepared_by=actor.id, prepared_at=at, **told)
    drop_decided_files()


def prepared_for(*, wave: Wave, decree_number: str, who: str, is_confirmed: bool) -> Prepared | None:
    """What the operator `who` (an id) may confirm of a wave; with `is_confirmed` what somebody confirmed last and was cut off, if anything.

    Raises Refused: nothing_prepared, same_operator.
    """
    if is_confirmed:
        done = PreparedResults.objects.filter(wave=wave, decree_number=decree_number).exclude(confirmed_at=None)
        last = done.select_related("wave").order_by("confirmed_at").last()
        return None if last is None else _prepared(last)
    found = next((one for one in waiting_results(wave_number=wave.number) if one.decree == decree_number), None)
    if found is None:
        raise Refused("nothing_prepared")
    if found.prepared_by == who:
        raise Refused("same_operator")
    return found


@requires_transaction
def confirm_prepared(*, prepared: Prepared, actor: Actor, at: datetime) -> None:
    """It is confirmed, unless it was taken back or replaced while the list was read. Raises Refused: nothing_prepared."""
    waiting = PreparedResults.objects.filter(WAITS, id=prepared.id)
    if not waiting.update(confirmed_by=actor.id, confirmed_at=at):
        raise Refused("nothing_prepared")
