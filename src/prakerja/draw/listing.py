"""The canonical list of a wave: every application becomes a row, eligible or excluded, under a name that only its owner knows.

Some thousand applications at a time are read, judged and hashed (beside this process where a processor is free) and written
down as drafts; whoever is killed is followed by the same verb, which goes on there. Then one statement puts all of them in the
list's order. Nobody's arrival, name or number decides anything here.

Reads: awards_award, awards_blacklist, intake_application, people_person, registrations_profile.
"""

from __future__ import annotations

import contextlib
import secrets
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.draw.models import ApplicantList, Draft, Entry, FamilyNonce
from prakerja.draw.protocol.documents import Rules
from prakerja.draw.protocol.hashes import NONCE_BYTES, family_label, reason_mark, ticket
from prakerja.draw.steps import advance_draw, document, lock_draw, require_status
from prakerja.intake.eligibility import Facts, Reason, reasons_against
from prakerja.intake.operations import keep_nonces, seal_nonce
from prakerja.intake.queries import wave_period
from prakerja.kernel.db import copy_rows, requires_transaction, row, rows, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.progress import Meter
from prakerja.kernel.secrets import seal_bytes, unseal, unseal_bytes
from prakerja.kernel.side_processes import SideProcesses, spare_processors
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes.model import Eligibility

CHUNK = 5_000
_WORTH_PROCESSES = 20_000
_LOCK = 0x7072616B_6C7374


class Applicant(NamedTuple):
    """What is known of an application when the list is made; `nonce` is sealed, "" where there was none."""

    application: uuid.UUID
    person: uuid.UUID
    nonce: bytes
    joined_on: date
    nik: bytes
    birth_date: date
    province: str
    card: bytes
    is_enrolled: bool | None
    holds_post: bool | None
    was_recipient: bool
    was_revoked: bool
    card_recipients: int


@dataclass(frozen=True)
class Chunk:
    """Applications that are judged together, by rules that are the same for all."""

    applicants: tuple[Applicant, ...]
    wave: str
    eligibility: Eligibility
    family_cap: int


_SELECT = """
SELECT a.id, a.person_id, coalesce(a.nonce_enc, ''::bytea), (a.joined_at AT TIME ZONE 'Asia/Jakarta')::date, p.nik_enc,
       p.birth_date, p.province_code, p.family_card_index, f.is_enrolled, f.holds_excluded_post,
       EXISTS (SELECT 1 FROM awards_award w WHERE w.person_id = a.person_id),
       EXISTS (SELECT 1 FROM awards_blacklist b WHERE b.person_id = a.person_id),
       (SELECT count(*) FROM people_person other
         WHERE other.family_card_index = p.family_card_index AND other.id <> p.id
           AND EXISTS (SELECT 1 FROM awards_award w WHERE w.person_id = other.id))
  FROM intake_application a
  JOIN people_person p ON p.id = a.person_id
  LEFT JOIN registrations_profile f ON f.person_id = a.person_id
 WHERE a.wave_id = %(wave)s AND a.status = 'waiting' AND a.id > %(after)s
 ORDER BY a.id LIMIT %(chunk)s"""
_FIRST = uuid.UUID(int=0)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Hold a lock that PostgreSQL takes back when our connection ends. Raises Refused: list_running."""
    found = row("SELECT pg_try_advisory_lock(%s)", [_LOCK])
    if found is None or not found[0]:
        raise Refused("list_running")
    try:
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

    A row is eligible unless `intake.eligibility` names a reason, as of the day of joining and of what is known now; or its family
    card has no place left (rules.md 3.2). Raises Refused: not_permitted, draw_unknown, draw_elsewhere (status),
    wave_not_closed, wave_announced, list_running, stratum_unknown (stratum; an applicant's province has no weight).
    """
    with _alone(), SideProcesses(spare_processors()) as beside:
        making, rules, eligibility = _begin(draw_name=draw_name, at=at)
        meter = Meter("draw_list")
        pieces = _chunks(making, wave=rules.wave, eligibility=eligibility, cap=rules.family_cap, chunk=chunk)
        done = Draft.objects.count()
        for piece, drafts in beside.each(judge, pieces, is_long=_is_long(making)):
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


def judge(chunk: Chunk) -> list[tuple[uuid.UUID, uuid.UUID, bytes, str, int, bytes, str, str, bytes]]:
    """The drafts of these applications, and last the sealed nonce where one was made. Needs keys and no database."""
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
        facts = Facts(
            birth_date=one.birth_date,
            is_enrolled=one.is_enrolled,
            post={True: "unnamed", False: "", None: None}[one.holds_post],
            was_recipient=one.was_recipient,
            was_revoked=one.was_revoked,
            card_recipients=one.card_recipients,
        )
        codes = [
            str(reason) for reason in reasons_against(facts=facts, eligibility=chunk.eligibility, on=one.joined_on)
        ]
        allowance = chunk.family_cap - one.card_recipients
        if allowance < 1 and Reason.KK_PENUH not in codes:
            codes.append(str(Reason.KK_PENUH))
        mark = reason_mark(ticket=name, nonce=nonce, codes=codes) if codes else ""
        words = " ".join(codes)
        found.append((one.application, one.person, name, one.province, max(allowance, 0), one.card, words, mark, made))
    return found


def _begin(*, draw_name: str, at: datetime) -> tuple[ApplicantList, Rules, Eligibility]:
    with transaction():
        draw = lock_draw(name=draw_name)
        require_status(draw, "ruled")
        rules = Rules.read(document(draw_id=draw.id, name="rules"))
        wave = wave_period(number=int(rules.wave.removeprefix("g")))
        assert wave is not None
        if at < wave.closes_at:
            raise Refused("wave_not_closed")
        if wave.announced_at is not None:
            raise Refused("wave_announced")
        making = ApplicantList.objects.filter(wave_id=wave.wave_id, ended_at=None).first()
        if making is None:
            # One list at a time has drafts; another that was cut off begins anew.
            ApplicantList.objects.filter(ended_at=None).delete()
            Draft.objects.all().delete()
            making = ApplicantList.objects.create(id=new_id(), wave_id=wave.wave_id, begun_at=at)
        return making, rules, scheme(scheme_version_id=wave.scheme_version_id).eligibility


def _is_long(making: ApplicantList) -> bool:
    (found,) = rows(
        "SELECT count(*) FROM (SELECT 1 FROM intake_application WHERE wave_id = %s AND status = 'waiting' LIMIT %s) counted",
        [making.wave_id, _WORTH_PROCESSES],
    )
    return int(found[0]) == _WORTH_PROCESSES


def _chunks(making: ApplicantList, *, wave: str, eligibility: Eligibility, cap: int, chunk: int) -> Iterator[Chunk]:
    last = Draft.objects.order_by("-application").values_list("application", flat=True).first() or _FIRST
    while True:
        found = rows(_SELECT, {"wave": making.wave_id, "after": last, "chunk": chunk})
        if not found:
            return
        yield Chunk(tuple(Applicant(*one) for one in found), wave, eligibility, cap)
        last = found[-1][0]


@requires_transaction
def _keep_drafts(
    piece: Chunk, drafts: list[tuple[uuid.UUID, uuid.UUID, bytes, str, int, bytes, str, str, bytes]]
) -> None:
    copy_rows(
        Draft,
        ("application", "applicant", "ticket", "stratum", "allowance", "card", "codes", "mark", "groups"),
        ((*one[:-1], "") for one in drafts),
    )
    keep_nonces(nonces=[(one[1], one[0], one[-1]) for one in drafts if one[-1]])


# Cards with more eligible rows than places, with one applicant each, who knows the card's number.
_CROWDED = """
SELECT card, min(allowance), (array_agg(applicant))[1]
  FROM draw_draft WHERE codes = '' GROUP BY card HAVING count(*) > min(allowance)"""

# Sorted as bytes: no language has a say in it.
_IN_ORDER = """
INSERT INTO draw_entry (id, person_id, applicants_id, application_id, number, ticket, stratum, groups, family, allowance, codes, mark)
SELECT gen_random_uuid(), d.applicant, %(list)s, d.application, row_number() OVER (ORDER BY d.ticket) - 1, d.ticket,
       CASE WHEN d.codes = '' THEN d.stratum ELSE '' END, CASE WHEN d.codes = '' THEN d.groups ELSE '' END, f.label,
       CASE WHEN f.label IS NULL THEN 0 ELSE d.allowance END, d.codes, d.mark
  FROM draw_draft d
  LEFT JOIN draw_familynonce f ON f.wave_id = %(wave)s AND f.card = d.card AND d.codes = '' AND f.id = ANY(%(crowded)s)"""


@requires_transaction
def _finish(*, draw_name: str, making: ApplicantList, rules: Rules, actor: Actor, at: datetime) -> int:
    draw = lock_draw(name=draw_name)
    require_status(draw, "ruled")
    for (stratum,) in rows("SELECT DISTINCT stratum FROM draw_draft WHERE codes = ''"):
        if stratum not in rules.weights:
            raise Refused("stratum_unknown", stratum=stratum)
    crowded = _labels(making=making, wave=rules.wave)
    with connection.cursor() as cursor:
        # A table that was just filled has no statistics yet.
        cursor.execute("ANALYZE draw_draft")
        cursor.execute(_IN_ORDER, {"list": making.id, "wave": making.wave_id, "crowded": crowded})
        cursor.execute("DELETE FROM draw_draft")
        cursor.execute("ANALYZE draw_entry")
    entries = Entry.objects.filter(applicants=making)
    making.rows, making.eligible, making.ended_at = entries.count(), entries.filter(mark="").count(), at
    making.save(update_fields=["rows", "eligible", "ended_at"])
    advance_draw(draw=draw, verb="list", at=at, applicants=making)
    record(
        action="draw.listed",
        at=at,
        actor=actor,
        subject_kind="draw",
        subject_id=draw.id,
        data={"draw": draw.name, "rows": making.rows, "eligible": making.eligible},
    )
    return making.rows


@requires_transaction
def _labels(*, making: ApplicantList, wave: str) -> list[uuid.UUID]:
    """The labels of crowded cards, made where the wave has none for them yet; their ids."""
    known = {
        bytes(card): key
        for card, key in rows("SELECT card, id FROM draw_familynonce WHERE wave_id = %s", [making.wave_id])
    }
    found: list[uuid.UUID] = []
    made: list[tuple[uuid.UUID, uuid.UUID, bytes, bytes, bytes]] = []
    crowded = rows(_CROWDED)
    numbers = _card_numbers([applicant for card, _, applicant in crowded if bytes(card) not in known])
    for card, _, applicant in crowded:
        key = known.get(bytes(card))
        if key is None:
            key, nonce = new_id(), secrets.token_bytes(NONCE_BYTES)
            label = family_label(wave=wave, card=numbers[applicant], nonce=nonce)
            sealed = seal_bytes(nonce, table="draw_familynonce", column="nonce_enc", row_id=key)
            made.append((key, making.wave_id, bytes(card), sealed, label))
        found.append(key)
    copy_rows(FamilyNonce, ("id", "wave_id", "card", "nonce_enc", "label"), made)
    return found


def _card_numbers(people: list[uuid.UUID]) -> dict[uuid.UUID, str]:
    sealed = rows("SELECT id, family_card_enc FROM people_person WHERE id = ANY(%s)", [people])
    return {one: unseal(number, table="people_person", column="family_card_enc", row_id=one) for one, number in sealed}
