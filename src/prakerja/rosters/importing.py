"""A roster arrives as a list of millions: read once, a chunk at a time, each in a transaction that says how far it is.

Whoever is killed is followed by the same call with the same list, which goes on there. Nothing that was read counts before two
operators said so (`turning`); a list that is refused at its end leaves nothing behind. Memory does not grow with the list.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db import connection

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.kernel.clock import wall
from prakerja.kernel.db import copy_rows, requires_transaction, row, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.installation import is_sandbox
from prakerja.kernel.progress import Meter
from prakerja.kernel.rotation import keeping_forms
from prakerja.kernel.secrets import blind_index
from prakerja.lists import Row
from prakerja.rosters.models import ListedNik, RejectedLine, Version
from prakerja.rosters.policies import CODES, line_problem
from prakerja.rosters.states import VERSION_STATES
from prakerja.rosters.turning import require_none_of_another, require_operator, wait_for_second

CHUNK = 20_000
_LOCK = 0x7072616B_726F73


class Report(Protocol):
    """Who is told of the lines that were not taken, in the order of the list; `finish` before the version is there."""

    def rejected(self, row: Row, reason: str) -> None: ...
    def finish(self) -> None: ...


@dataclass(frozen=True)
class Imported:
    """What became of a list. `is_new` is False when the very same list was read before; `is_waiting`: another operator confirms it."""

    roster: str
    number: int
    lines: int
    entries: int
    twice: int
    rejected: int
    is_new: bool
    is_waiting: bool


def progress_name(*, roster: str) -> str:
    """What the import of a roster is called among long work."""
    return f"import roster {roster}"


@permitted("roster.import")
def import_roster(
    *,
    roster: str,
    rows: Iterable[Row],
    digest: str,
    actor: Actor,
    at: datetime,
    counts_from: datetime | None = None,
    expected: int | None = None,
    report: Report | None = None,
    part_read: Callable[[], float | None] = lambda: None,
    progress: Callable[[int], None] | None = None,
    chunk: int = CHUNK,
) -> Imported:
    """Keep who stands on a list of NIKs (`policies.COLUMNS`) as the next version of its roster, for another operator to confirm.

    `digest` is a hash of the list: a list that was cut off goes on, one that was read to its end before is not read again.
    `expected` is how many rows its office says that it has. `part_read` says how much of it was read, `progress` is told the rows
    after each chunk. It counts from `counts_from` on, or from its confirmation. Nothing is kept when `rows` or `report` raises.

    Raises Refused: not_permitted, operator_needed, roster_unknown, import_running, counts_from_past, rows_differ (expected, found),
    nobody_listed (every line was rejected), turn_waits (by, version; another operator prepared one, which is confirmed or taken back first).
    """
    require_operator(kind=actor.kind)
    if roster not in CODES:
        raise Refused("roster_unknown")
    if counts_from is not None and counts_from < at:
        raise Refused("counts_from_past")
    # Before millions of rows are read for nothing.
    require_none_of_another(roster=roster, who=actor.id)
    with _alone(roster):
        known = Version.objects.filter(roster=roster, list_digest=digest, status="read").order_by("-number").first()
        found = known or _begin(roster=roster, digest=digest, actor=actor, at=at)
        if known is None:
            try:
                _read(found, rows, report, part_read, progress or (lambda _: None), chunk)
                _require_whole(found, expected)
                if report is not None:
                    report.finish()
            except (KeyboardInterrupt, SystemExit):
                # Whoever stops it may go on.
                raise
            except BaseException:
                _refuse(found, at=at)
                raise
        with transaction():
            if known is None:
                _finish(found, actor=actor, at=at)
            is_waiting = wait_for_second(roster=roster, version=found, counts_from=counts_from, actor=actor, at=at)
    return Imported(
        roster, found.number, found.lines_read, found.entries, found.twice, found.rejected, known is None, is_waiting
    )


@contextlib.contextmanager
def _alone(roster: str) -> Iterator[None]:
    """Hold the lock of a roster's imports, which PostgreSQL takes back when our connection ends. Raises Refused: import_running."""
    key = _LOCK + CODES.index(roster)
    found = row("SELECT pg_try_advisory_lock(%s)", [key])
    if found is None or not found[0]:
        raise Refused("import_running")
    try:
        with keeping_forms():
            yield
    finally:
        row("SELECT pg_advisory_unlock(%s)", [key])


def _begin(*, roster: str, digest: str, actor: Actor, at: datetime) -> Version:
    """The version that goes on, if this list was cut off; another list that was cut off is given up."""
    left = Version.objects.filter(roster=roster, status="reading").first()
    if left is not None and left.list_digest == digest:
        return left
    if left is not None:
        _refuse(left, at=at)
    with transaction():
        # Numbers of all rosters are given one after the other: a lock of a moment.
        row("SELECT pg_advisory_xact_lock(%s)", [_LOCK - 1])
        last = Version.objects.filter(roster=roster).order_by("-number").values_list("number", flat=True).first()
        short = Version.objects.order_by("-short").values_list("short", flat=True).first()
        return Version.objects.create(
            id=new_id(),
            roster=roster,
            number=(last or 0) + 1,
            short=(short or 0) + 1,
            list_digest=digest,
            begun_by=actor.traced,
            begun_at=at,
            begun_wall=wall(),
            seen_wall=wall(),
        )


def _read(
    found: Version,
    given: Iterable[Row],
    report: Report | None,
    part_read: Callable[[], float | None],
    progress: Callable[[int], None],
    chunk: int,
) -> None:
    """Take the rows after those that are through already. All of them are looked at: the reader sees the list as a whole."""
    is_demo = is_sandbox()
    done, place = found.lines_read, 0

    def left() -> int | None:
        part = part_read()
        return round(place * (1 - part) / part) if part else None

    meter = Meter(progress_name(roster=found.roster), count_left=left)
    # Rows are gone through even where they are through: what is wrong with the whole is known at its end.
    pieces = iter(given)
    while taken := list(itertools.islice(pieces, chunk)):
        judged = [(one, line_problem(one, is_demo=is_demo)) for one in taken]
        if report is not None:
            for one, reason in judged:
                if reason:
                    report.rejected(one, reason)
        fresh = judged[max(0, done - place) :]
        place += len(taken)
        if fresh:
            with transaction():
                _keep(found, fresh)
            meter.note(len(fresh))
        progress(place)
    meter.end()


@requires_transaction
def _keep(found: Version, judged: list[tuple[Row, str]]) -> None:
    accepted = [one.values["nik"] for one, reason in judged if not reason]
    # Sorted, so that neighbours in the index are written together.
    indexes = sorted({blind_index("nik", nik) for nik in accepted})
    written = copy_rows(
        ListedNik, ("nik_index", "version"), ((index, found.short) for index in indexes), skip_known=True
    )
    rejected = copy_rows(
        RejectedLine,
        ("version", "line", "reason"),
        ((found.short, one.line, reason) for one, reason in judged if reason),
    )
    found.lines_read += len(judged)
    found.entries += written
    found.twice += len(accepted) - written
    found.rejected += rejected
    found.seen_wall = wall()
    found.save(update_fields=["lines_read", "entries", "twice", "rejected", "seen_wall"])


def _require_whole(found: Version, expected: int | None) -> None:
    if expected is not None and expected != found.lines_read:
        raise Refused("rows_differ", expected=expected, found=found.lines_read)
    if not found.entries:
        raise Refused("nobody_listed")


def _refuse(found: Version, *, at: datetime) -> None:
    """Nobody stands on it any more; that there was one, and who brought it, stays."""
    with transaction():
        found.status = VERSION_STATES.advance(current=found.status, verb="refuse")
        found.ended_at = at
        found.save(update_fields=["status", "ended_at"])
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM rosters_listednik WHERE version = %s", [found.short])
            cursor.execute("DELETE FROM rosters_rejectedline WHERE version = %s", [found.short])


@requires_transaction
def _finish(found: Version, *, actor: Actor, at: datetime) -> None:
    found.status = VERSION_STATES.advance(current=found.status, verb="finish")
    found.ended_at, found.seen_wall = at, wall()
    found.save(update_fields=["status", "ended_at", "seen_wall"])
    record(
        action="roster.imported",
        at=at,
        actor=actor,
        subject_kind="roster_version",
        subject_id=found.id,
        data={
            "roster": found.roster,
            "version": found.number,
            "lines": found.lines_read,
            "entries": found.entries,
            "twice": found.twice,
            "rejected": found.rejected,
            "list": found.list_digest,
        },
    )
