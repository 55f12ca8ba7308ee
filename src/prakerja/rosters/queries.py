"""Reads of rosters for others: which versions count, who stands on them, how far an import is.

Reads: people_nikclaim.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from prakerja.kernel.db import row, rows
from prakerja.rosters.models import RejectedLine, Turn, Version
from prakerja.rosters.policies import CODES

# Of each roster the turn that came last, and was confirmed last where two came at one instant.
_COUNTING = """
SELECT DISTINCT ON (t.roster) t.roster, v.short, v.number, t.counts_from
  FROM rosters_turn t LEFT JOIN rosters_version v ON v.id = t.version_id
 WHERE t.confirmed_at IS NOT NULL AND t.counts_from <= %(at)s
 ORDER BY t.roster, t.counts_from DESC, t.confirmed_at DESC, t.id DESC"""


@dataclass(frozen=True)
class Counting:
    """The version of a roster that counts: `short` is what its entries name it by, `number` what people call it by."""

    roster: str
    short: int
    number: int
    since: datetime


def counting(*, at: datetime) -> tuple[Counting, ...]:
    """The versions that count at `at`, at most one of each roster, in the order of `policies.KINDS`."""
    found = {
        name: Counting(name, short, number, since)
        for name, short, number, since in rows(_COUNTING, {"at": at})
        if short is not None
    }
    return tuple(found[code] for code in CODES if code in found)


def versions_named(*, versions: Mapping[str, int]) -> dict[int, str]:
    """What entries name these versions (roster → number) by → their roster."""
    known = {(one.roster, one.number): one.short for one in Version.objects.filter(roster__in=versions)}
    return {known[name, number]: name for name, number in versions.items()}


def rosters_of(*, person_id: uuid.UUID, at: datetime) -> tuple[str, ...]:
    """The rosters that this person stands on at `at`, in the order of `policies.KINDS`."""
    live = {one.short: one.roster for one in counting(at=at)}
    if not live:
        return ()
    found = rows(
        "SELECT e.version FROM people_nikclaim c JOIN rosters_listednik e ON e.nik_index = c.index "
        "WHERE c.person_id = %s AND e.version = ANY(%s)",
        [person_id, list(live)],
    )
    names = {live[version] for (version,) in found}
    return tuple(code for code in CODES if code in names)


@dataclass(frozen=True)
class VersionState:
    """A version, and how far its import is. `seconds` are the machine's; `is_counting`, `waits`: since or for when, or None."""

    version_id: uuid.UUID
    roster: str
    number: int
    status: str
    begun_by: str
    begun_at: datetime
    ended_at: datetime | None
    lines_read: int
    entries: int
    twice: int
    rejected: int
    seconds: float
    counts_since: datetime | None
    is_waiting: bool


@dataclass(frozen=True)
class TurnState:
    """From when on a version counts: `number` None for none; `counts_from` None: from its confirmation.

    `back_asked_by` wants it taken back, "" for nobody.
    """

    turn_id: uuid.UUID
    roster: str
    number: int | None
    counts_from: datetime | None
    reason: str
    prepared_by: str
    prepared_at: datetime
    confirmed_by: str
    confirmed_at: datetime | None
    back_asked_by: str


def versions(*, at: datetime, roster: str | None = None, most: int = 200) -> list[VersionState]:
    """The versions of every roster, or of one, the latest first."""
    found = Version.objects.order_by("-begun_at", "-id")
    if roster is not None:
        found = found.filter(roster=roster)
    live = {one.short: one.since for one in counting(at=at)}
    waiting = set(
        Turn.objects.filter(confirmed_at=None, replaced_at=None, version__isnull=False).values_list(
            "version_id", flat=True
        )
    )
    return [
        VersionState(
            version_id=one.id,
            roster=one.roster,
            number=one.number,
            status=one.status,
            begun_by=one.begun_by,
            begun_at=one.begun_at,
            ended_at=one.ended_at,
            lines_read=one.lines_read,
            entries=one.entries,
            twice=one.twice,
            rejected=one.rejected,
            seconds=(one.seen_wall - one.begun_wall).total_seconds(),
            counts_since=live.get(one.short),
            is_waiting=one.id in waiting,
        )
        for one in found[:most]
    ]


def turns(*, roster: str | None = None, is_open: bool = False, most: int = 200) -> list[TurnState]:
    """Which version counts from when, the latest first; only what waits for another operator when `is_open`."""
    found = Turn.objects.select_related("version").filter(replaced_at=None).order_by("-prepared_at", "-id")
    if roster is not None:
        found = found.filter(roster=roster)
    if is_open:
        found = found.filter(confirmed_at=None)
    return [
        TurnState(
            turn_id=one.id,
            roster=one.roster,
            number=None if one.version is None else one.version.number,
            counts_from=one.counts_from,
            reason=one.reason,
            prepared_by=one.prepared_by,
            prepared_at=one.prepared_at,
            confirmed_by=one.confirmed_by,
            confirmed_at=one.confirmed_at,
            back_asked_by=one.back_asked_by,
        )
        for one in found[:most]
    ]


def rejected_lines(*, roster: str, number: int, most: int = 1_000_000) -> list[tuple[int, str]]:
    """The lines of a version that were not taken: line and reason, in the list's order."""
    version = Version.objects.filter(roster=roster, number=number).first()
    if version is None:
        return []
    found = RejectedLine.objects.filter(version=version.short).order_by("line")
    return list(found.values_list("line", "reason")[:most])


@dataclass(frozen=True)
class Change:
    """What it changes when another version counts: people that stand on it, come to it, go from it."""

    before: int
    after: int
    come: int
    go: int


def change(*, roster: str, number: int | None, at: datetime) -> Change:
    """What would change if version `number` (None: no version) counted instead of what counts at `at`."""
    before = next((one.short for one in counting(at=at) if one.roster == roster), None)
    after = None
    if number is not None:
        after = Version.objects.filter(roster=roster, number=number).values_list("short", flat=True).first()
    counted = row(
        "SELECT count(*) FILTER (WHERE version = %(before)s), count(*) FILTER (WHERE version = %(after)s), "
        "count(DISTINCT nik_index) FROM rosters_listednik WHERE version = ANY(%(both)s)",
        {"before": before, "after": after, "both": [one for one in (before, after) if one is not None]},
    )
    assert counted is not None
    had, has, either = (int(one) for one in counted)
    # The same version: nobody comes and nobody goes.
    return Change(had, has, either - had, either - has)
