"""Reads of draws for others: where each is, and what waits for whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from prakerja.draw.asked_simulations import SimulationState, simulation_state
from prakerja.draw.awarding import awarded_of
from prakerja.draw.committing import appears
from prakerja.draw.keys import KnownWitness, witnesses
from prakerja.draw.models import Awarding, Document, Draw, Dropped, LogCheckpoint, RandomValue, Step
from prakerja.draw.planning import SeatPlan, seat_plan
from prakerja.draw.protocol.documents import Commitment, kind_of
from prakerja.draw.simulating import Simulation, simulate_wave
from prakerja.draw.steps import Prepared
from prakerja.draw.writing import folder_of

__all__ = [
    "DrawState",
    "KnownWitness",
    "SeatPlan",
    "Simulation",
    "SimulationState",
    "SourceState",
    "checkpoints",
    "draws",
    "seat_plan",
    "simulate_wave",
    "simulation_state",
    "witnesses",
]


@dataclass(frozen=True)
class SourceState:
    """A source that was named: when it gives its value, and whether that is there."""

    number: int
    kind: str
    appears: datetime
    state: str


@dataclass(frozen=True)
class Round:
    """Awards of a draw, decided by two operators: of its winners (`recall` 0) or of those who were recalled.

    `people` were chosen, `awarded` have an award by now, `dropped` got none because of what had happened since the list.
    """

    recall: int
    decree: str
    announced_at: datetime
    status: str
    people: int
    awarded: int
    dropped: int
    unfilled: int
    # Why it did not begin at its moment; it is tried again, and may be given other terms (`redeciding`).
    refusal: str = ""
    # Who asked that it be cancelled, and why: another operator does it.
    cancel_asked_by: str = ""
    cancel_reason: str = ""


@dataclass(frozen=True)
class DrawState:
    """Where a draw is. `waiting`: what another operator has to confirm; `steps`: who prepared and confirmed each; `rounds`: its awards."""

    name: str
    wave: int
    status: str
    changed_at: datetime
    rows: int | None
    eligible: int | None
    sources: tuple[SourceState, ...]
    waiting: tuple[Prepared, ...]
    steps: tuple[Mapping[str, Any], ...]
    folder: Path
    rounds: tuple[Round, ...] = ()


def draws(*, wave_number: int | None = None) -> list[DrawState]:
    """Every draw, the latest first; of one wave, if it is named."""
    found = Draw.objects.select_related("wave", "applicants").order_by("-wave__number", "-number")
    if wave_number is not None:
        found = found.filter(wave__number=wave_number)
    return [_state(one) for one in found]


def _state(draw: Draw) -> DrawState:
    steps = list(Step.objects.filter(draw=draw, replaced_at=None).order_by("prepared_at"))
    return DrawState(
        name=draw.name,
        wave=draw.wave.number,
        status=draw.status,
        changed_at=draw.changed_at,
        rows=None if draw.applicants is None else draw.applicants.rows,
        eligible=None if draw.applicants is None else draw.applicants.eligible,
        sources=_sources(draw),
        waiting=tuple(
            Prepared(draw.name, one.step, one.digest, one.prepared_by, one.prepared_at, one.terms, one.back_asked_by)
            for one in steps
            if one.confirmed_at is None
        ),
        steps=tuple(
            {
                "step": one.step,
                "digest": one.digest,
                "prepared_at": one.prepared_at,
                "prepared_by": one.prepared_by,
                "confirmed_at": one.confirmed_at,
                "confirmed_by": one.confirmed_by,
                "terms": one.terms,
            }
            for one in steps
        ),
        folder=folder_of(draw),
        rounds=_rounds(draw),
    )


def _rounds(draw: Draw) -> tuple[Round, ...]:
    dropped = Counter(Dropped.objects.filter(draw=draw).values_list("recall", flat=True))
    found = Awarding.objects.select_related("draw").filter(draw=draw).exclude(status="cancelled").order_by("recall")
    return tuple(
        Round(
            recall=one.recall,
            decree=one.decree_number,
            announced_at=one.announced_at,
            status=one.status,
            people=one.people,
            awarded=awarded_of(one, dropped=dropped[one.recall]),
            dropped=dropped[one.recall],
            unfilled=one.unfilled,
            refusal=one.refusal,
            cancel_asked_by=one.cancel_asked_by,
            cancel_reason=one.cancel_reason,
        )
        for one in found
    )


def _sources(draw: Draw) -> tuple[SourceState, ...]:
    content = Document.objects.filter(draw=draw, name="commitment").values_list("content", flat=True).first()
    if content is None:
        return ()
    given = {one.number: one for one in RandomValue.objects.filter(draw=draw)}
    return tuple(
        SourceState(number, kind_of(source), appears(source), _word(given.get(number)))
        for number, source in enumerate(Commitment.read(bytes(content)).sources)
    )


def _word(value: RandomValue | None) -> str:
    if value is None or (value.value is None and value.absent_note is None):
        return "waiting"
    return "absent" if value.value is None else "there"


def checkpoints() -> list[tuple[int, str, datetime]]:
    """The log's checkpoints for its witnesses: size, text, when it was signed; the latest first."""
    return list(LogCheckpoint.objects.order_by("-size").values_list("size", "text", "signed_at"))


@dataclass(frozen=True)
class LastCheckpoint:
    """The log of documents as it stands: how many there are, what was signed of it and when."""

    size: int
    text: str
    signed_at: datetime


def last_checkpoint() -> LastCheckpoint | None:
    """The last checkpoint of the log of documents; None while it is empty."""
    found = LogCheckpoint.objects.order_by("-size").first()
    return None if found is None else LastCheckpoint(found.size, found.text, found.signed_at)
