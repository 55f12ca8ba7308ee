"""The canonical list of a wave: every application becomes a row, eligible or excluded, under a name that only its owner knows.

Some thousand applications at a time are read, judged and hashed (beside this process where a processor is free) and written
down as drafts; whoever is killed is followed by the same verb, which goes on there. Then one statement puts all of them in the
list's order. Nobody's arrival, name or number decides anything here.

Reads: intake_application, people_person.
"""

from __future__ import annotations

import contextlib
import secrets
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.draw.applicants import FIRST, Applicant, Grounds, applicants, judge
from prakerja.draw.models import ApplicantList, Draft, Draw, Entry, FamilyNonce, Step
from prakerja.draw.planning import letters
from prakerja.draw.protocol.documents import Rules
from prakerja.draw.protocol.hashes import NONCE_BYTES, family_label, reason_mark, ticket
from prakerja.draw.steps import advance_draw, document, lock_draw, require_status
from prakerja.draw.turns import is_stale, knows_too_little, require_turn
from prakerja.intake.operations import keep_nonces, seal_nonce
from prakerja.intake.queries import line_ends_at, wave_period
from prakerja.kernel.clock import wall
from prakerja.kernel.db import copy_rows, requires_transaction, row, rows, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.progress import Meter
from prakerja.kernel.rotation import keeping_forms
from prakerja.kernel.secrets import seal_bytes, unseal, unseal_bytes
from prakerja.kernel.side_processes import SideProcesses, spare_processors
from prakerja.programmes.queries import scheme
from prakerja.rosters.queries import counting, versions_named

CHUNK = 5_000
# A list that was cut off goes on so long; then it begins anew, with everything as it is known then.
GOES_ON_FOR = timedelta(days=1)
_WORTH_PROCESSES = 20_000
_LOCK = 0x7072616B_6C7374


class Drafted(NamedTuple):
    """A draft, and the sealed nonce where one was made, else ""."""

    application: uuid.UUID
    applicant: uuid.UUID
    ticket: bytes
    stratum: str
    allowance: int
    card: bytes
    codes: str
    mark: str
    groups: str
    made: bytes


@dataclass(frozen=True)
class Chunk:
    """Applications that are judged together, by rules that are the same for all."""

    applicants: tuple[Applicant, ...]
    wave: str
    grounds: Grounds


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Hold a lock that PostgreSQL takes back when our connection ends. Raises Refused: list_running."""
    found = row("SELECT pg_try_advisory_lock(%s)", [_LOCK])
    if found is None or not found[0]:
        raise Refused("list_running")
    try:
        with keeping_forms():
            yield
    finally:
        row("SELECT pg_advisory_unlock(%s)", [_LOCK])


@permitted("draw.prepare")
def make_list(
    *,
    draw_name: str,
    actor: Actor,
    at: datetime,
    chunk: int = CHUNK,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Make the list of a closed wave, or go on with it; returns how many rows it has. `progress` is told after each chunk.

    A row is eligible unless `intake.eligibility` names a reason, as of the day of joining and of what is known now, rosters too (the
    versions that count when the list is begun, rules.md 4.6); or its family card has no place left (rules.md 3.2). A list that was cut off goes on for a
    day, and begins anew when somebody was awarded meanwhile. Raises Refused: not_permitted, draw_unknown, draw_elsewhere (status),
    other_draw_under_way (draw), list_unfinished (wave; another list was cut off less than a day ago), wave_not_closed, wave_announced, wave_line_stands (ends_at, wall time), list_running, stratum_unknown (stratum; an applicant's province has no weight).
    """
    with _alone(), SideProcesses(spare_processors()) as beside:
        making, rules, closed_at, grounds = _begin(draw_name=draw_name, at=at)
        meter = Meter("draw_list", count_left=lambda: _left(making))
        pieces = _chunks(making, wave=rules.wave, closed_at=closed_at, grounds=grounds, chunk=chunk)
        done = Draft.objects.count()
        for piece, drafts in beside.each(draft, pieces, is_long=_is_long(making)):
            with transaction():
                _keep_drafts(piece, drafts)
            done += len(drafts)
            meter.note(len(drafts))
            if progress is not None:
                progress(done)
        with transaction():
            count = _finish(draw_name=draw_name, making=making, rules=rules, actor=actor, at=at)
        meter.end()
    return count


def draft(chunk: Chunk) -> list[Drafted]:
    """The drafts of these applications. Needs keys and no database."""
    found = []
    for one in chunk.applicants:
        made = b""
        if one.nonce:
            nonce = unseal_bytes(one.nonce, table="intake_application", column="nonce_enc", row_id=one.application)
        else:
            nonce = secrets.token_bytes(NONCE_BYTES)
            made = seal_nonce(application_id=one.application, nonce=nonce)
        nik = unseal(one.nik, table="people_person", column="nik_enc", row_id=one.person)
        name = ticket(wave=chunk.wave, nik=nik, nonce=nonce)
        verdict = judge(one, chunk.grounds)
        mark = reason_mark(ticket=name, nonce=nonce, codes=verdict.codes) if verdict.codes else ""
        found.append(
            Drafted(
                one.application,
                one.person,
                name,
                one.province,
                verdict.allowance,
                one.card,
                " ".join(verdict.codes),
                mark,
                verdict.groups,
                made,
            )
        )
    return found


def _begin(*, draw_name: str, at: datetime) -> tuple[ApplicantList, Rules, datetime, Grounds]:
    with transaction():
        draw = lock_draw(name=draw_name)
        _require_unlisted(draw)
        require_turn(draw)
        rules = Rules.read(document(draw_id=draw.id, name="rules"))
        wave = wave_period(number=int(rules.wave.removeprefix("g")))
        assert wave is not None
        if at < wave.closes_at:
            raise Refused("wave_not_closed")
        if wave.announced_at is not None:
            raise Refused("wave_announced")
        ends_at = line_ends_at(wave_id=wave.wave_id)
        if ends_at is not None and wall() < ends_at:
            # Whoever stood in line when the wave closed may still join.
            raise Refused("wave_line_stands", ends_at=ends_at)
        # One list at a time has drafts.
        making = ApplicantList.objects.select_related("wave").filter(ended_at=None).first()
        if making is not None and knows_too_little(making, since=at - GOES_ON_FOR):
            # What was read for it is too old to be half of a list.
            Draft.objects.all().delete()
            making.delete()
            making = None
        if making is not None and making.wave_id != wave.wave_id:
            raise Refused("list_unfinished", wave=making.wave.number)
        if making is None:
            making = ApplicantList.objects.create(
                id=new_id(),
                wave_id=wave.wave_id,
                begun_at=at,
                # What counts when the list begins, for all of it.
                rosters={one.roster: one.number for one in counting(at=at)},
            )
        grounds = Grounds(
            eligibility=scheme(scheme_version_id=wave.scheme_version_id).eligibility,
            family_cap=rules.family_cap,
            versions=versions_named(versions=making.rosters),
            letters=letters(wave_id=wave.wave_id),
        )
        return making, rules, wave.closes_at, grounds


@requires_transaction
def _require_unlisted(draw: Draw) -> None:
    """The draw has no list, or one that is made anew because somebody was awarded since."""
    if draw.status != "listed" or not is_stale(draw):
        require_status(draw, "ruled")


def _is_long(making: ApplicantList) -> bool:
    (found,) = rows(
        "SELECT count(*) FROM (SELECT 1 FROM intake_application WHERE wave_id = %s AND status = 'waiting' LIMIT %s) counted",
        [making.wave_id, _WORTH_PROCESSES],
    )
    return int(found[0]) == _WORTH_PROCESSES


def _left(making: ApplicantList) -> int:
    """How many applications have no draft yet."""
    found = row("SELECT count(*) FROM intake_application WHERE wave_id = %s AND status = 'waiting'", [making.wave_id])
    return int(found[0] if found else 0) - Draft.objects.count()


def _chunks(making: ApplicantList, *, wave: str, closed_at: datetime, grounds: Grounds, chunk: int) -> Iterator[Chunk]:
    last = Draft.objects.order_by("-application").values_list("application", flat=True).first() or FIRST
    for found in applicants(
        wave_id=making.wave_id, closed_at=closed_at, versions=grounds.versions, chunk=chunk, after=last
    ):
        yield Chunk(found, wave, grounds)


@requires_transaction
def _keep_drafts(piece: Chunk, drafts: list[Drafted]) -> None:
    copy_rows(Draft, Drafted._fields[:-1], (one[:-1] for one in drafts))
    keep_nonces(nonces=[(one.applicant, one.application, one.made) for one in drafts if one.made])


# Cards with more eligible rows than places, with one applicant each, who knows the card's number. There may be millions.
_CROWDED = """
CREATE TEMPORARY TABLE draw_crowded ON COMMIT DROP AS
SELECT card, (array_agg(applicant))[1] AS applicant
  FROM draw_draft WHERE codes = '' GROUP BY card HAVING count(*) > min(allowance)"""
_UNLABELLED = """
SELECT c.card, p.id, p.family_card_enc
  FROM draw_crowded c
  JOIN people_person p ON p.id = c.applicant
 WHERE c.card > %(after)s
   AND NOT EXISTS (SELECT 1 FROM draw_familynonce f WHERE f.wave_id = %(wave)s AND f.card = c.card)
 ORDER BY c.card LIMIT %(most)s"""

# Sorted as bytes: no language has a say in it.
_IN_ORDER = """
INSERT INTO draw_entry (id, person_id, applicants_id, application_id, number, ticket, stratum, groups, family, allowance, codes, mark)
SELECT gen_random_uuid(), d.applicant, %(list)s, d.application, row_number() OVER (ORDER BY d.ticket) - 1, d.ticket,
       CASE WHEN d.codes = '' THEN d.stratum ELSE '' END, CASE WHEN d.codes = '' THEN d.groups ELSE '' END, f.label,
       CASE WHEN f.label IS NULL THEN 0 ELSE d.allowance END, d.codes, d.mark
  FROM draw_draft d
  LEFT JOIN draw_crowded c ON c.card = d.card AND d.codes = ''
  LEFT JOIN draw_familynonce f ON f.wave_id = %(wave)s AND f.card = c.card"""


@requires_transaction
def _finish(*, draw_name: str, making: ApplicantList, rules: Rules, actor: Actor, at: datetime) -> int:
    draw = lock_draw(name=draw_name)
    _require_unlisted(draw)
    require_turn(draw)
    for (stratum,) in rows("SELECT DISTINCT stratum FROM draw_draft WHERE codes = ''"):
        if stratum not in rules.weights:
            raise Refused("stratum_unknown", stratum=stratum)
    with connection.cursor() as cursor:
        # A table that was just filled has no statistics yet.
        cursor.execute("ANALYZE draw_draft")
        cursor.execute(_CROWDED)
        cursor.execute("CREATE INDEX ON draw_crowded (card)")
        _make_labels(making=making, wave=rules.wave)
        cursor.execute("ANALYZE draw_crowded, draw_familynonce")
        cursor.execute(_IN_ORDER, {"list": making.id, "wave": making.wave_id})
        cursor.execute("DROP TABLE draw_crowded")
        cursor.execute("DELETE FROM draw_draft")
        cursor.execute("ANALYZE draw_entry")
    entries = Entry.objects.filter(applicants=making)
    making.rows, making.eligible, making.ended_at = entries.count(), entries.filter(mark="").count(), at
    making.save(update_fields=["rows", "eligible", "ended_at"])
    # Whoever prepared a commitment to the list before this one prepares another.
    Step.objects.filter(draw=draw, step="commit", confirmed_at=None, replaced_at=None).update(replaced_at=at)
    advance_draw(draw=draw, verb="list", at=at, applicants=making)
    record(
        action="draw.listed",
        at=at,
        actor=actor,
        subject_kind="draw",
        subject_id=draw.id,
        data={
            "draw": draw.name,
            "rows": making.rows,
            "eligible": making.eligible,
            # Who was excluded by which lists can be traced.
            "rosters": making.rosters,
        },
    )
    return making.rows


@requires_transaction
def _make_labels(*, making: ApplicantList, wave: str) -> None:
    """Make the labels of crowded cards where the wave has none for them yet, some thousand at a time."""
    after = b""
    while found := rows(_UNLABELLED, {"wave": making.wave_id, "after": after, "most": CHUNK}):
        made = []
        for card, applicant, sealed in found:
            key, nonce = new_id(), secrets.token_bytes(NONCE_BYTES)
            number = unseal(sealed, table="people_person", column="family_card_enc", row_id=applicant)
            label = family_label(wave=wave, card=number, nonce=nonce)
            kept = seal_bytes(nonce, table="draw_familynonce", column="nonce_enc", row_id=key)
            made.append((key, making.wave_id, bytes(card), kept, label))
        copy_rows(FamilyNonce, ("id", "wave_id", "card", "nonce_enc", "label"), made)
        after = bytes(found[-1][0])
