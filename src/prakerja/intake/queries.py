"""Read waves."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from prakerja.intake.models import Wave


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
