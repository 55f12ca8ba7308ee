"""Read waves."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from prakerja.intake.models import AnnouncementCorrection, Application, ResultImport, Wave


@dataclass(frozen=True)
class WaveState:
    """`announced_at` is None before its results are."""

    wave_id: uuid.UUID
    number: int
    scheme_version_id: uuid.UUID
    announced_at: datetime | None


def wave(*, number: int) -> WaveState | None:
    """The wave with this number, or None."""
    found = Wave.objects.filter(number=number).first()
    return WaveState(found.id, found.number, found.scheme_version_id, found.announced_at) if found is not None else None


def has_waiting_application(*, person_id: uuid.UUID) -> bool:
    """Whether a wave that this person joined has not decided yet."""
    return Application.objects.filter(person_id=person_id, status="waiting").exists()


@dataclass(frozen=True)
class OpenCorrection:
    """A correction of a wave's announcement that one operator prepared and no other has confirmed."""

    wave: int
    announced_before: datetime
    announced_at: datetime
    prepared_at: datetime


def open_corrections() -> list[OpenCorrection]:
    """What waits for a second operator, the oldest first."""
    waiting = AnnouncementCorrection.objects.filter(confirmed_at=None, replaced_at=None).order_by("prepared_at")
    fields = ("wave__number", "announced_before", "announced_at", "prepared_at")
    return [OpenCorrection(*one) for one in waiting.values_list(*fields)]


@dataclass(frozen=True)
class ImportState:
    """How far a list of results is. `people` are to be awarded, None before that is known; `seconds` are the machine's."""

    wave: int
    decree: str
    status: str
    begun_at: datetime
    begun_by: str
    lines_read: int
    people: int | None
    awarded: int
    seconds: float

    @property
    def left(self) -> int | None:
        """Who is to be awarded and is not yet; None before that is known."""
        return None if self.people is None else self.people - self.awarded


def result_imports(*, most: int) -> list[ImportState]:
    """The lists that were imported or are, the latest first."""
    found = ResultImport.objects.select_related("wave").order_by("-id")[:most]
    return [
        ImportState(
            wave=one.wave.number,
            decree=one.decree_number,
            status=one.status,
            begun_at=one.begun_at,
            begun_by=one.begun_by,
            lines_read=one.lines_read,
            people=one.people,
            awarded=one.awarded,
            seconds=(one.seen_wall - one.begun_wall).total_seconds(),
        )
        for one in found
    ]
