"""An institution's own classes, as Prakerja lists them. The site has no calendar: dates are shown as given."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from examples.shared.places import NOWHERE, Place, read_place
from examples.shared.prakerja_client import Credentials, PrakerjaClient

FRESH_S = 3.0
# The number that the contract gives to the post-test; 1 to 10 are the meetings.
POST_TEST = 999


@dataclass(frozen=True)
class ClassRun:
    """One class: a course on one schedule; instants are RFC 3339 text as given."""

    course_code: str
    schedule_code: str
    title: str
    category: str
    mode: str
    delivery: str
    duration_hours: int
    summary: str
    syllabus: tuple[str, ...]
    starts_at: str
    ends_at: str
    session_count: int
    has_post_test: bool
    required_assignments: int
    capacity: int
    seats_taken: int
    certificate_kinds: tuple[str, ...]
    session_starts: dict[int, str]
    place: Place = NOWHERE

    @property
    def sequences(self) -> tuple[int, ...]:
        """Return the attendances to be proved: 1 to n of a live class or 1 of a self-paced one, and the post-test."""
        meetings = self.session_count if self.delivery == "live" else 1
        return (*range(1, meetings + 1), *((POST_TEST,) if self.has_post_test else ()))

    @property
    def lessons(self) -> tuple[str, ...]:
        """Return the titles of the lessons; a course without a syllabus is one lesson."""
        return self.syllabus or (self.title,)

    @property
    def certificate_kind(self) -> str:
        """Return the kind of certificate that finishing this class earns."""
        return self.certificate_kinds[0] if self.certificate_kinds else "completion"


def _class_run(item: dict[str, Any]) -> ClassRun:
    return ClassRun(
        course_code=item["course_code"],
        schedule_code=item["schedule_code"],
        title=item["title"],
        category=item["category"],
        mode=item["mode"],
        delivery=item["delivery"],
        duration_hours=item["duration_hours"],
        summary=item.get("summary") or "",
        syllabus=tuple(item.get("syllabus") or ()),
        starts_at=item["starts_at"],
        ends_at=item["ends_at"],
        session_count=item.get("session_count") or 1,
        has_post_test=bool(item.get("has_post_test")),
        required_assignments=item.get("required_assignments") or 0,
        capacity=item.get("capacity") or 0,
        seats_taken=item.get("seats_taken") or 0,
        certificate_kinds=tuple(item.get("certificate_kinds") or ()),
        session_starts={number: entry["starts_at"] for number, entry in enumerate(item.get("sessions") or (), 1)},
        place=read_place(item.get("place")),
    )


class Classes:
    """Keeps each institution's classes for a few seconds."""

    def __init__(self, client: PrakerjaClient, credentials: Callable[[str], Credentials]) -> None:
        self._client = client
        self._credentials = credentials
        self._locks: dict[str, threading.Lock] = {}
        self._kept: dict[str, tuple[float, list[ClassRun]]] = {}

    def all(self, institution: str, *, fresh: bool = False) -> list[ClassRun]:
        """Return the classes of an institution by title and start."""
        with self._locks.setdefault(institution, threading.Lock()):
            moment, kept = self._kept.get(institution, (0.0, []))
            if fresh or not moment or time.monotonic() - moment > FRESH_S:
                items = self._client.course_runs(credentials=self._credentials(institution))
                kept = sorted(map(_class_run, items), key=lambda run: (run.title, run.starts_at))
                self._kept[institution] = (time.monotonic(), kept)
            return kept

    def find(self, institution: str, course_code: str, schedule_code: str) -> ClassRun | None:
        """Return one class; asked again when the kept list does not know it yet."""
        wanted = (course_code, schedule_code)
        for fresh in (False, True):
            for run in self.all(institution, fresh=fresh):
                if (run.course_code, run.schedule_code) == wanted:
                    return run
        return None


def matching(runs: Sequence[ClassRun], words: str) -> list[ClassRun]:
    """Return the classes whose title or category contains every word."""
    asked = words.lower().split()
    return [run for run in runs if all(word in f"{run.title} {run.category}".lower() for word in asked)]
