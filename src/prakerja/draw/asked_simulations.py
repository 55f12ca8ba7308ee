"""A simulation that an operator asks for by page: the worker counts a wave of millions, and the page shows what came of it.

It decides nothing and nobody is told; the last one of a wave is kept, with who asked and when, until another is asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from django.db import OperationalError

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.draw.models import AskedSimulation
from prakerja.draw.simulating import simulate_wave
from prakerja.intake.queries import wave
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.looks import first_of

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class SimulationState:
    """The last simulation of a wave: `outcome` is "" while it waits or runs, else done, broken, or a refusal's reason.

    `figures` are the members of `Simulation`, as data; {} until it is done.
    """

    asked_by: str
    asked_at: datetime
    ended_at: datetime | None
    outcome: str
    figures: Mapping[str, Any]


@permitted("draw.simulate")
def ask_simulation(*, wave_number: int, actor: Actor, at: datetime) -> None:
    """Ask for a wave to be drawn as it stands, for looking. Raises Refused: not_permitted, wave_unknown, simulation_asked (one is on its way)."""
    found = wave(number=wave_number)
    if found is None:
        raise Refused("wave_unknown", wave=wave_number)
    with transaction():
        AskedSimulation.objects.select_for_update(no_key=True).filter(wave_id=found.wave_id).first()
        if AskedSimulation.objects.filter(wave_id=found.wave_id, ended_at=None).exists():
            raise Refused("simulation_asked")
        AskedSimulation.objects.filter(wave_id=found.wave_id).delete()
        made = AskedSimulation.objects.create(id=new_id(), wave_id=found.wave_id, asked_by=actor.id, asked_at=at)
        record(
            action="draw.simulation_asked",
            at=at,
            actor=actor,
            subject_kind="wave",
            subject_id=made.wave_id,
            data={"wave": wave_number},
        )


def simulation_state(*, wave_number: int) -> SimulationState | None:
    """The last simulation of a wave that somebody asked for by page."""
    found = AskedSimulation.objects.filter(wave__number=wave_number).first()
    if found is None:
        return None
    return SimulationState(found.asked_by, found.asked_at, found.ended_at, found.answer, found.figures)


# Since when somebody waits for a simulation.
next_simulation = first_of(
    lambda: AskedSimulation.objects.filter(ended_at=None).order_by("asked_at").values_list("asked_at")
)


def simulate_asked(*, at: datetime) -> int | None:
    """Do the simulation that was asked for first; None when nothing waits. Two workers may count the same one: the figures are of a look."""
    found = (
        AskedSimulation.objects.select_related("wave")
        .filter(ended_at=None, asked_at__lte=at)
        .order_by("asked_at")
        .first()
    )
    if found is None:
        return None
    outcome, figures = _outcome(found.wave.number, at)
    AskedSimulation.objects.filter(id=found.id, ended_at=None).update(ended_at=at, answer=outcome, figures=figures)
    return 1


def _outcome(wave_number: int, at: datetime) -> tuple[str, dict[str, Any]]:
    try:
        found = simulate_wave(wave_number=wave_number, at=at)
        return "done", asdict(replace(found, rosters=dict(found.rosters)))
    except Refused as refused:
        return refused.reason, {}
    except OperationalError:
        # The database is away: the next turn does it again.
        raise
    except Exception:
        _LOG.exception("the simulation of wave %s broke off", wave_number)
        return "broken", {}
