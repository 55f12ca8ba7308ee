"""Everybody who joined a wave, with what is known of them: what a list is made of, and what a simulation counts.

Some thousand are read at a time, in the order of their applications' ids, which decides nothing. What rosters say of them is what
the named versions say: whoever goes on with a list goes on with the same ones.

Reads: awards_award, awards_blacklist, intake_application, people_nikclaim, people_person, registrations_profile, rosters_listednik.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from prakerja.intake.eligibility import Facts, Reason, reasons_against, with_rosters
from prakerja.kernel.db import rows
from prakerja.programmes.schemes.model import Eligibility


class Applicant(NamedTuple):
    """What is known of an application; `nonce` is sealed, "" where there was none; `rosters` are numbers of versions."""

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
    rosters: list[int] | None


@dataclass(frozen=True)
class Grounds:
    """By what applicants are judged, the same for all. `versions`: what their rosters' numbers mean; `letters`: roster → group."""

    eligibility: Eligibility
    family_cap: int
    versions: Mapping[int, str]
    letters: Mapping[str, str]


class Verdict(NamedTuple):
    """Every reason against an applicant, what their family card has left, and their priority groups."""

    codes: tuple[str, ...]
    allowance: int
    groups: str


_SELECT = """
SELECT a.id, a.person_id, coalesce(a.nonce_enc, ''::bytea), (a.joined_at AT TIME ZONE 'Asia/Jakarta')::date, p.nik_enc,
       p.birth_date, p.province_code, p.family_card_index, f.is_enrolled, f.holds_excluded_post,
       EXISTS (SELECT 1 FROM awards_award w WHERE w.person_id = a.person_id),
       EXISTS (SELECT 1 FROM awards_blacklist b WHERE b.person_id = a.person_id),
       (SELECT count(*) FROM people_person other
         WHERE other.family_card_index = p.family_card_index AND other.id <> p.id
           AND EXISTS (SELECT 1 FROM awards_award w WHERE w.person_id = other.id)),
       {rosters}
  FROM intake_application a
  JOIN people_person p ON p.id = a.person_id
  LEFT JOIN registrations_profile f ON f.person_id = a.person_id
 WHERE a.wave_id = %(wave)s AND a.id > %(after)s
   AND (a.status = 'waiting' OR a.status = 'withdrawn' AND a.decided_at >= %(closed)s)
 ORDER BY a.id LIMIT %(chunk)s"""
_ROSTERS = """
       (SELECT array_agg(r.version) FROM people_nikclaim c JOIN rosters_listednik r ON r.nik_index = c.index
         WHERE c.person_id = a.person_id AND r.version = ANY(%(versions)s))"""
FIRST = uuid.UUID(int=0)


def applicants(
    *, wave_id: uuid.UUID, closed_at: datetime, versions: Mapping[int, str], chunk: int, after: uuid.UUID = FIRST
) -> Iterator[tuple[Applicant, ...]]:
    """Those who were in a wave when it closed, `chunk` at a time, after an application's id.

    Who left later has a row as well: their receipt says that they were there, and who wins and left is dropped (rules.md 4.4).
    """
    # Where no roster counts nobody is looked up.
    statement = _SELECT.format(rosters=_ROSTERS if versions else "NULL::integer[]")
    while True:
        found = rows(
            statement,
            {"wave": wave_id, "closed": closed_at, "after": after, "chunk": chunk, "versions": list(versions)},
        )
        if not found:
            return
        yield tuple(Applicant(*one) for one in found)
        after = found[-1][0]


def judge(one: Applicant, grounds: Grounds) -> Verdict:
    """Why an applicant may not be drawn, by everything that is known of them. Pure (rules.md 3.2, 4.6)."""
    named = [grounds.versions[version] for version in one.rosters or ()]
    facts = with_rosters(
        facts=Facts(
            birth_date=one.birth_date,
            is_enrolled=one.is_enrolled,
            post={True: "unnamed", False: "", None: None}[one.holds_post],
            was_recipient=one.was_recipient,
            was_revoked=one.was_revoked,
            card_recipients=one.card_recipients,
        ),
        rosters=named,
    )
    codes = [str(reason) for reason in reasons_against(facts=facts, eligibility=grounds.eligibility, on=one.joined_on)]
    allowance = grounds.family_cap - one.card_recipients
    if allowance < 1 and Reason.KK_PENUH not in codes:
        codes.append(str(Reason.KK_PENUH))
    groups = "".join(sorted(grounds.letters[name] for name in named if name in grounds.letters))
    return Verdict(tuple(codes), max(allowance, 0), groups)
