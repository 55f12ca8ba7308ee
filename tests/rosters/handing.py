"""A roster that an office hands over and two operators let count, for tests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from prakerja.access.actors import Actor
from prakerja.lists import read_list
from prakerja.rosters.operations import Imported, confirm_turn, import_roster
from prakerja.rosters.policies import COLUMNS
from prakerja.rosters.queries import turns


def csv_of(path: Path, niks: Iterable[str], *, header: str = "nik") -> Path:
    path.write_text("\n".join([header, *niks]) + "\n")
    return path


def imported(path: Path, roster: str, *, actor: Actor, at: datetime, **more: Any) -> Imported:
    """Read a file as the command does."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with read_list(path, columns=COLUMNS) as found:
        return import_roster(
            roster=roster,
            rows=found.rows(),
            digest=digest,
            part_read=found.part_read,
            actor=actor,
            at=at,
            **more,
        )


def confirmed(roster: str, *, actor: Actor, at: datetime) -> None:
    """Another operator lets what waits count."""
    (waiting,) = turns(roster=roster, is_open=True)
    confirm_turn(turn_id=waiting.turn_id, actor=actor, at=at)


def handed_over(path: Path, roster: str, niks: Sequence[str], *, by: tuple[Actor, Actor], at: datetime) -> Imported:
    """The roster counts from `at` on."""
    found = imported(csv_of(path, niks), roster, actor=by[0], at=at)
    confirmed(roster, actor=by[1], at=at)
    return found
