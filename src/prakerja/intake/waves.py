"""Waves: announced, opened and closed by the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from prakerja.intake.models import Wave
from prakerja.kernel.db import requires_transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.programmes.operations import install_scheme
from prakerja.programmes.schemes import scheme_for_wave


@requires_transaction
def open_wave(*, number: int, opens_at: datetime, closes_at: datetime, quota: int) -> Wave:
    """Make a wave; its rules are those of the scheme version that governs its number (rules.md 13)."""
    version = install_scheme(scheme=scheme_for_wave(number))
    return Wave.objects.create(
        id=new_id(), number=number, scheme_version=version, opens_at=opens_at, closes_at=closes_at, quota=quota
    )


# A wave that is open for less was typed wrongly.
SHORTEST = timedelta(hours=1)
MOST_WAVE = 9_999
MOST_QUOTA = 100_000_000


@dataclass(frozen=True)
class WavePlan:
    """What a wave will be, before it is: `scheme` is the version that governs it, `overlaps` the numbers of waves open meanwhile."""

    number: int
    scheme: str
    opens_at: datetime
    closes_at: datetime
    quota: int
    overlaps: tuple[int, ...]


def look_ahead(*, number: int, opens_at: datetime, closes_at: datetime, quota: int, at: datetime) -> WavePlan:
    """What a wave would be that is announced, and nothing happens. Instants are UTC, `closes_at` exclusive, `quota` people.

    Raises Refused: wave_number_wrong, wave_exists, wave_ends_before_it_begins, wave_not_ahead (the closing has passed),
    wave_too_short, quota_wrong.
    """
    if not 1 <= number <= MOST_WAVE:
        raise Refused("wave_number_wrong")
    if Wave.objects.filter(number=number).exists():
        raise Refused("wave_exists", wave=number)
    if closes_at <= opens_at:
        raise Refused("wave_ends_before_it_begins")
    if closes_at <= at:
        raise Refused("wave_not_ahead", closes_at=closes_at)
    if closes_at - max(opens_at, at) < SHORTEST:
        raise Refused("wave_too_short")
    if not 1 <= quota <= MOST_QUOTA:
        raise Refused("quota_wrong")
    meanwhile = Wave.objects.filter(opens_at__lt=closes_at, closes_at__gt=opens_at).order_by("number")
    return WavePlan(
        number=number,
        scheme=scheme_for_wave(number).key,
        opens_at=opens_at,
        closes_at=closes_at,
        quota=quota,
        overlaps=tuple(meanwhile.values_list("number", flat=True)),
    )
