"""What a draw gave becomes awards: the wave is announced, and its winners are awarded as those of a list are, in chunks.

Who won says the draw, a context above; here is what an announcement, a decree and an award are. How far it is stands in the
row that an imported list has too, so that one list at a time is awarded, nobody corrects an announcement meanwhile, and
operators see both in one place.

Reads: awards_award, awards_blacklist.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from prakerja.access.actors import Actor
from prakerja.audit.operations import record
from prakerja.awards.granting import LISTED_COLUMNS, Told, pack_award, told_of
from prakerja.awards.operations import Grounds
from prakerja.awards.policies import require_ahead
from prakerja.intake.awarding import award_source, bring_in
from prakerja.intake.eligibility import Reason
from prakerja.intake.models import Decree, ResultImport, Wave
from prakerja.intake.result_terms import require_budget
from prakerja.intake.states import APPLICATION_STATES, IMPORT_STATES
from prakerja.intake.unfinished_imports import unfinished_import
from prakerja.kernel.clock import wall
from prakerja.kernel.db import requires_transaction, rows
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.packing import FALSE, packed_int, packed_row
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import dates_that_end, purchase_deadline

# Of the temporary table of a chunk: whom the draw chose is registered already.
_COLUMNS = ("number", "person_id", "is_new", *(name for name, _ in LISTED_COLUMNS))


@dataclass(frozen=True)
class Announcement:
    """What a draw's results will be announced with. `people` are to be awarded; `is_first`: the wave is not announced before."""

    wave_number: int
    decree_number: str
    announced_at: datetime
    people: int
    is_first: bool


class Winner(NamedTuple):
    """Somebody who is to be awarded: `number` is their line, counted from 1."""

    number: int
    person_id: uuid.UUID
    name: str


@dataclass(frozen=True)
class Winners:
    """Some who are awarded together, the next after line `after`, and what each is told."""

    people: tuple[Winner, ...]
    after: int
    told: Told


@dataclass(frozen=True)
class Announced:
    """Results of a draw on their way: which row says how far they are, and what every award rests on."""

    results_id: uuid.UUID
    wave_number: int
    grounds: Grounds
    people: int
    awarded: int
    awarded_until: int

    @property
    def told(self) -> Told:
        """What every winner is told beside their name."""
        return told_of(wave_number=self.wave_number, rules=self.grounds.rules, announced_at=self.grounds.announced_at)


def require_announceable(*, announcement: Announcement, is_short_deadline_confirmed: bool, at: datetime) -> datetime:
    """Refuse what could not be announced as it stands now; returns the deadline that would follow, exclusive.

    Raises Refused: wave_unknown, decree_missing, decree_exists (a draw's decree is its own), wave_announced (by a list, or before),
    wave_not_announced (a recall before the draw's own results), deadline_not_ahead (what, deadline), deadline_close (what, deadline, days_left, needed), budget_too_low (needed, available).
    """
    wave = Wave.objects.filter(number=announcement.wave_number).first()
    if wave is None:
        raise Refused("wave_unknown", wave=announcement.wave_number)
    if not announcement.decree_number.strip():
        raise Refused("decree_missing")
    if Decree.objects.filter(number=announcement.decree_number).exists():
        raise Refused("decree_exists", number=announcement.decree_number)
    if announcement.is_first and wave.announced_at is not None:
        raise Refused("wave_announced")
    if not announcement.is_first and wave.announced_at is None:
        raise Refused("wave_not_announced")
    rules = scheme(scheme_version_id=wave.scheme_version_id)
    require_ahead(
        scheme=rules,
        dates=dates_that_end(scheme=rules, announced_at=announcement.announced_at),
        at=at,
        is_confirmed=is_short_deadline_confirmed,
    )
    require_budget(people=announcement.people, rules=rules)
    return purchase_deadline(scheme=rules, announced_at=announcement.announced_at)


@requires_transaction
def begin_drawn_results(*, announcement: Announcement, draw: str, digest: str, actor: Actor, at: datetime) -> uuid.UUID:
    """Announce what a draw gave: from here on nobody withdraws, and the results are carried through. Returns the row of how far it is.

    `digest` names the winners. Raises Refused: import_unfinished (wave, decree, by, awarded, left; another list is on its way), and as
    `require_announceable`.
    """
    unfinished = ResultImport.objects.filter(status="awarding").select_related("wave").first()
    if unfinished is not None:
        raise unfinished_import(unfinished)
    wave = Wave.objects.select_for_update(no_key=True).filter(number=announcement.wave_number).first()
    # Two operators stood for the dates when they decided; here none may have passed.
    require_announceable(announcement=announcement, is_short_deadline_confirmed=True, at=at)
    assert wave is not None
    if announcement.is_first:
        wave.announced_at = announcement.announced_at
        wave.save(update_fields=["announced_at"])
    Decree.objects.create(
        id=new_id(), number=announcement.decree_number, wave=wave, issued_at=announcement.announced_at
    )
    found = ResultImport.objects.create(
        id=new_id(),
        wave=wave,
        decree_number=announcement.decree_number,
        draw=draw,
        list_digest=digest,
        announced_at=announcement.announced_at,
        begun_by=actor.traced,
        begun_at=at,
        begun_wall=wall(),
        seen_wall=wall(),
        lines_read=announcement.people,
        people=announcement.people,
    )
    found.status = IMPORT_STATES.advance(current=found.status, verb="award")
    found.save(update_fields=["status"])
    _record("wave.results_begun", found, actor=actor, at=at)
    return found.id


def announced(*, draw: str) -> Announced | None:
    """The results of this draw that are being awarded; None when none are."""
    found = ResultImport.objects.filter(draw=draw, status="awarding").select_related("wave").first()
    if found is None:
        return None
    decree = Decree.objects.get(number=found.decree_number)
    return Announced(
        results_id=found.id,
        wave_number=found.wave.number,
        grounds=Grounds(
            wave_id=found.wave_id,
            decree_id=decree.id,
            decree_number=decree.number,
            scheme_version_id=found.wave.scheme_version_id,
            rules=scheme(scheme_version_id=found.wave.scheme_version_id),
            announced_at=found.announced_at,
        ),
        people=found.people or 0,
        awarded=found.awarded,
        awarded_until=found.awarded_until,
    )


def pack_winners(chunk: Winners) -> bytes:
    """Everything that awards of these people hold, sealed, as COPY takes it. Needs keys and no database."""
    return b"".join(
        packed_row([packed_int(one.number), one.person_id.bytes, FALSE, *pack_award(name=one.name, told=chunk.told)])
        for one in chunk.people
    )


# What may have happened since the list of the draw was fixed: who left, was excluded for life or got an award otherwise gets none,
# and the seat comes back. Whatever else changed changes nothing: the list was right when it was fixed (rules.md 4.4).
_DROPPED = {
    str(Reason.BLACKLIST): """
        DELETE FROM to_be_awarded t USING awards_blacklist b WHERE b.person_id = t.person_id RETURNING t.number""",
    str(Reason.PERNAH_MENERIMA): """
        DELETE FROM to_be_awarded t WHERE EXISTS (SELECT 1 FROM awards_award w WHERE w.person_id = t.person_id) RETURNING t.number""",
    "withdrawn": """
        DELETE FROM to_be_awarded t
         WHERE NOT EXISTS (SELECT 1 FROM intake_application a
                            WHERE a.person_id = t.person_id AND a.wave_id = %(wave)s AND a.status || '' = ANY(%(open)s))
        RETURNING t.number""",
}


@requires_transaction
def award_winners(*, results: Announced, chunk: Winners, packed: bytes, at: datetime) -> list[tuple[int, str]] | None:
    """Award these people, but for those whom something that happened meanwhile keeps out: their lines and why are returned.

    None, and nothing happens, when somebody else awarded them in the meantime.
    """
    found = ResultImport.objects.select_for_update(no_key=True).get(id=results.results_id)
    if found.status != "awarding" or found.awarded_until != chunk.after:
        return None
    bring_in(columns=_COLUMNS, packed=packed, count=len(chunk.people))
    of = {"wave": found.wave_id, "open": list(APPLICATION_STATES.sources("select"))}
    dropped = [(number, why) for why, statement in _DROPPED.items() for (number,) in rows(statement, of)]
    award_source(grounds=results.grounds, at=at)
    found.people = (found.people or 0) - len(dropped)
    found.awarded += len(chunk.people) - len(dropped)
    found.awarded_until = chunk.people[-1].number
    found.seen_wall = wall()
    found.save(update_fields=["people", "awarded", "awarded_until", "seen_wall"])
    return dropped


@requires_transaction
def finish_drawn_results(*, results: Announced, actor: Actor, at: datetime) -> None:
    """Everybody whom the draw chose was awarded or dropped."""
    found = ResultImport.objects.select_for_update(no_key=True).get(id=results.results_id)
    found.status = IMPORT_STATES.advance(current=found.status, verb="finish")
    found.ended_at, found.seen_wall = at, wall()
    found.save(update_fields=["status", "ended_at", "seen_wall"])
    _record("wave.results_imported", found, actor=actor, at=at)


@requires_transaction
def _record(action: str, found: ResultImport, *, actor: Actor, at: datetime) -> None:
    record(
        action=action,
        at=at,
        actor=actor,
        subject_kind="wave",
        subject_id=found.wave_id,
        data={
            "decree": found.decree_number,
            "draw": found.draw,
            "awarded": found.awarded,
            "people": found.people,
            "announced_at": found.announced_at.isoformat(),
        },
    )
