"""A wave that is drawn step by step by its operators, for tests of the context."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from prakerja.access.actors import Actor
from prakerja.draw.operations import (
    confirm_commitment,
    confirm_publication,
    confirm_result,
    confirm_rules,
    fetch_round,
    make_list,
    prepare_commitment,
    prepare_publication,
    prepare_result,
    prepare_rules,
)
from prakerja.intake.operations import join_wave
from tests.intake.joining import CLOSES, OPEN, OPENS, registered, wave

RULED = OPENS - timedelta(days=2)
LISTED = CLOSES + timedelta(hours=1)
COMMITTED = CLOSES + timedelta(hours=2)
# A day of looking, and an hour.
DRAWN = COMMITTED + timedelta(hours=26)
PUBLISHED = DRAWN + timedelta(hours=1)
NAME = "g22/1"
WEIGHTS = {"31": 3, "32": 1}


def ruled(first: Actor, second: Actor, *, weights: Mapping[str, int] = WEIGHTS, quota: int = 100) -> None:
    """The wave, with the rules of its draw."""
    made = wave()
    if quota != made.quota:
        made.quota = quota
        made.save(update_fields=["quota"])
    prepared = prepare_rules(wave_number=22, weights=weights, actor=first, at=RULED)
    confirm_rules(draw_name=NAME, digest=prepared.digest, actor=second, at=RULED)


def join(number: int, **changes: object) -> uuid.UUID:
    """Somebody registers and joins."""
    person_id = registered(number, **changes)  # type: ignore[arg-type]
    join_wave(person_id=person_id, wave_number=22, at=OPEN)
    return person_id


def listed(first: Actor) -> int:
    return make_list(draw_name=NAME, actor=first, at=LISTED)


def committed(first: Actor, second: Actor, *, name: str = NAME, at: datetime = COMMITTED) -> None:
    prepared = prepare_commitment(draw_name=name, actor=first, at=at)
    confirm_commitment(draw_name=name, digest=prepared.digest, actor=second, at=at)


def drawn(first: Actor, second: Actor, *, name: str = NAME, at: datetime = DRAWN) -> None:
    fetch_round(draw_name=name, number=0, actor=first, at=at)
    prepared = prepare_result(draw_name=name, actor=first, at=at)
    confirm_result(draw_name=name, digest=prepared.digest, actor=second, at=at)


def published(first: Actor, second: Actor, *, name: str = NAME, at: datetime = PUBLISHED) -> None:
    prepared = prepare_publication(draw_name=name, actor=first, at=at)
    confirm_publication(draw_name=name, digest=prepared.digest, actor=second, at=at)
