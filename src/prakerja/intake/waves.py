"""Waves and who joined them."""

from __future__ import annotations

from datetime import datetime

from prakerja.intake.models import Wave
from prakerja.kernel.db import requires_transaction
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
