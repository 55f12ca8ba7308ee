"""A wave that was announced is changed: its dates, its quota, when its result is planned; also while it is open (rules.md 4.7).

People plan by what they were told, so what ends their chance sooner needs a day, and what they joined for never shrinks.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from prakerja.intake.models import Application, Wave
from prakerja.intake.waves import MOST_QUOTA, SHORTEST
from prakerja.kernel.db import requires_transaction
from prakerja.kernel.errors import Refused

# An open wave closes sooner than it was told to no earlier than so long from now: whoever meant to join still can.
NOTICE = timedelta(days=1)


@dataclass(frozen=True)
class WaveTerms:
    """What of a wave may be changed. Instants are UTC, `closes_at` exclusive; `results_at` is a plan, None while there is none."""

    opens_at: datetime
    closes_at: datetime
    quota: int
    results_at: datetime | None


@dataclass(frozen=True)
class WaveChange:
    """What a change does. `joined` are in the wave and wait; `overlaps` are waves that are open meanwhile."""

    wave: int
    before: WaveTerms
    after: WaveTerms
    is_open: bool
    joined: int
    overlaps: tuple[int, ...]

    @property
    def closes_sooner(self) -> bool:
        """Somebody who planned by the old closing may come too late."""
        return self.after.closes_at < self.before.closes_at


def wave_terms(*, number: int) -> WaveTerms:
    """What a wave is now. Raises Refused: wave_unknown."""
    return _terms(_found(number))


def look_at_change(*, wave_number: int, terms: WaveTerms, at: datetime) -> WaveChange:
    """What other terms would do, and nothing happens. Raises Refused: as `require_changeable`, but wave_changed."""
    return _change(_found(wave_number), terms=terms, at=at)


@requires_transaction
def apply_change(*, wave_number: int, terms: WaveTerms, seen: WaveTerms, at: datetime) -> tuple[Wave, WaveChange]:
    """Give a wave other terms, if it still is what it was when they were prepared (`seen`); dates are told on the site at once.

    Raises Refused: as `require_changeable`.
    """
    wave, change = require_changeable(wave_number=wave_number, terms=terms, seen=seen, at=at)
    wave.opens_at, wave.closes_at = terms.opens_at, terms.closes_at
    wave.quota, wave.results_at = terms.quota, terms.results_at
    wave.save(update_fields=["opens_at", "closes_at", "quota", "results_at"])
    return wave, change


@requires_transaction
def require_changeable(*, wave_number: int, terms: WaveTerms, seen: WaveTerms, at: datetime) -> tuple[Wave, WaveChange]:
    """The wave, locked, and what other terms would do.

    Raises Refused: wave_unknown, wave_changed (it is not `seen` any more), wave_unchanged, wave_closed_already, wave_open_already (it
    opened; its opening stays), wave_ends_before_it_begins, wave_not_ahead, opening_not_ahead, wave_too_short, closing_too_soon (earliest),
    quota_wrong, quota_fixed (the rules of its draw are published), quota_lower (it is open), results_too_early (rules.md 4.7).
    """
    wave = _found(wave_number, lock=True)
    if _terms(wave) != seen:
        raise Refused("wave_changed", wave=wave_number)
    return wave, _change(wave, terms=terms, at=at)


@requires_transaction
def fix_quota(*, wave_id: uuid.UUID, seats: int, at: datetime) -> None:
    """The rules of its draw are published with this quota: it stays. Raises Refused: quota_changed (it is another one by now)."""
    wave = Wave.objects.select_for_update(no_key=True).get(id=wave_id)
    if wave.quota != seats:
        raise Refused("quota_changed", quota=wave.quota)
    wave.quota_fixed_at = at
    wave.save(update_fields=["quota_fixed_at"])


def _found(number: int, *, lock: bool = False) -> Wave:
    waves = Wave.objects.select_for_update(no_key=True) if lock else Wave.objects
    wave = waves.filter(number=number).first()
    if wave is None:
        raise Refused("wave_unknown", wave=number)
    return wave


def _terms(wave: Wave) -> WaveTerms:
    return WaveTerms(wave.opens_at, wave.closes_at, wave.quota, wave.results_at)


def _change(wave: Wave, *, terms: WaveTerms, at: datetime) -> WaveChange:
    before = _terms(wave)
    if terms == before:
        raise Refused("wave_unchanged")
    if wave.announced_at is not None:
        raise Refused("wave_closed_already")
    is_open = wave.opens_at <= at
    if (terms.opens_at, terms.closes_at, terms.quota) != (before.opens_at, before.closes_at, before.quota):
        _require_dates(before, terms, is_open=is_open, at=at)
    if terms.quota != before.quota:
        _require_quota(wave, terms.quota, is_open=is_open)
    if terms.results_at is not None and terms.results_at <= max(terms.closes_at, at):
        raise Refused("results_too_early")
    meanwhile = Wave.objects.filter(opens_at__lt=terms.closes_at, closes_at__gt=terms.opens_at).exclude(id=wave.id)
    return WaveChange(
        wave=wave.number,
        before=before,
        after=terms,
        is_open=is_open,
        joined=Application.objects.filter(wave=wave, status="waiting").count(),
        overlaps=tuple(meanwhile.order_by("number").values_list("number", flat=True)),
    )


def _require_dates(before: WaveTerms, terms: WaveTerms, *, is_open: bool, at: datetime) -> None:
    if at >= before.closes_at:
        raise Refused("wave_closed_already")
    if terms.closes_at <= terms.opens_at:
        raise Refused("wave_ends_before_it_begins")
    if terms.opens_at != before.opens_at and is_open:
        raise Refused("wave_open_already")
    if terms.closes_at != before.closes_at and terms.closes_at <= at:
        raise Refused("wave_not_ahead", closes_at=terms.closes_at)
    if terms.opens_at != before.opens_at and terms.opens_at <= at:
        # The clock opens it; whoever wants it open now says a minute from now.
        raise Refused("opening_not_ahead")
    if terms.closes_at - max(terms.opens_at, at) < SHORTEST and terms.closes_at != before.closes_at:
        raise Refused("wave_too_short")
    if is_open and terms.closes_at < before.closes_at and terms.closes_at < at + NOTICE:
        raise Refused("closing_too_soon", earliest=at + NOTICE)


def _require_quota(wave: Wave, quota: int, *, is_open: bool) -> None:
    if not 1 <= quota <= MOST_QUOTA:
        raise Refused("quota_wrong")
    if wave.quota_fixed_at is not None:
        raise Refused("quota_fixed")
    if is_open and quota < wave.quota:
        raise Refused("quota_lower")
