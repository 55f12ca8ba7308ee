"""Long steps that an operator asks for by page: the worker makes them, and the operator reads what came of it.

A list of ten million people takes longer than any browser waits. Whoever asks is who prepares: the verb is called with them, and
asks again whether they may. A worker that is killed leaves the request as it was, and the next one does it; who was refused reads why.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import OperationalError

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.draw.committing import prepare_commitment
from prakerja.draw.drawing import prepare_result
from prakerja.draw.listing import make_list
from prakerja.draw.models import AskedStep, Draw
from prakerja.draw.publishing import prepare_publication
from prakerja.draw.steps import lock_draw, require_status
from prakerja.draw.taking_back import replace_waiting
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.looks import first_of
from prakerja.kernel.second_person import TakingBack, taking_back
from prakerja.kernel.session_locks import holding

_LOG = logging.getLogger(__name__)
_LOCK = 0x7072616B_61736B
# Each with the state in which it begins.
ASKABLE = {"list": "ruled", "commit": "listed", "draw": "committed", "publish": "drawn"}


class _Stopped(Exception):
    """An operator stopped it half way."""


@dataclass(frozen=True)
class AskedState:
    """The latest request of a draw: `outcome` is "" while it waits or is worked at, else done, stopped, broken, or a refusal's reason.

    `stop_wanted_by`: who wants it stopped that another asked for; a second one stops it.
    """

    step: str
    asked_by: str
    asked_at: datetime
    is_stopping: bool
    stop_wanted_by: str
    outcome: str
    details: Mapping[str, Any]


@permitted("draw.prepare")
def ask_step(*, draw_name: str, step: str, given: Mapping[str, Any], actor: Actor, at: datetime) -> None:
    """Ask for a step to be prepared (a list: made) by the worker. `given` are its verb's arguments; instants as ISO texts.

    Raises Refused: not_permitted, operator_needed, draw_unknown, draw_elsewhere (status), step_asked (one is on its way).
    """
    if actor.kind != "operator":
        raise Refused("operator_needed")
    with transaction():
        draw = lock_draw(name=draw_name)
        require_status(draw, ASKABLE[step])
        if AskedStep.objects.filter(draw=draw, ended_at=None).exists():
            raise Refused("step_asked")
        AskedStep.objects.create(
            id=new_id(),
            draw=draw,
            step=step,
            given=dict(given),
            asked_by=actor.id,
            asked_by_name=actor.name,
            asked_at=at,
        )
        _record(f"draw.{step}_asked", draw, actor, at)


@permitted("draw.take_back")
def stop_asked(*, draw_name: str, asked_at: datetime, actor: Actor, at: datetime) -> bool:
    """Stop what was asked for at `asked_at`: a list after its chunk, to be gone on with later; what else is prepared meanwhile is taken back.

    Whoever asked for it stops it alone. What another asked for two stop: the first says so, and it goes on until a second one does (draw.md 2).
    Returns whether it is stopped now. Raises Refused: not_permitted, operator_needed, draw_unknown, nothing_asked (it has ended, or another
    one is on its way by now).
    """
    if actor.kind != "operator":
        raise Refused("operator_needed")
    with transaction():
        draw = lock_draw(name=draw_name)
        found = AskedStep.objects.filter(draw=draw, ended_at=None, asked_at=asked_at).first()
        if found is None:
            raise Refused("nothing_asked")
        if found.stop_asked_at is not None:
            return True
        what = taking_back(prepared_by=found.asked_by, asked_by=found.stop_wanted_by, who=actor.id)
        # The worker may be ending it: it writes what came of it, and nothing of this.
        asked = AskedStep.objects.filter(id=found.id)
        if what is TakingBack.DONE:
            asked.update(stop_asked_at=at)
            _record("draw.asked_stopped", draw, actor, at)
        elif what is TakingBack.ASKED:
            asked.update(stop_wanted_by=actor.id, stop_wanted_at=at)
            _record("draw.stop_wanted", draw, actor, at)
    return what is TakingBack.DONE


def asked_state(*, draw_name: str) -> AskedState | None:
    """What was asked for last, and what came of it."""
    found = AskedStep.objects.filter(draw__name=draw_name).order_by("-asked_at", "-id").first()
    if found is None:
        return None
    return AskedState(
        found.step,
        found.asked_by,
        found.asked_at,
        found.stop_asked_at is not None,
        found.stop_wanted_by,
        found.answer,
        found.details,
    )


# Since when somebody waits for a step.
next_asked = first_of(lambda: AskedStep.objects.filter(ended_at=None).order_by("asked_at").values_list("asked_at"))


def do_asked(*, at: datetime) -> int | None:
    """Do what was asked for first; None when nothing waits, or another worker is at it."""
    with holding(_LOCK) as is_alone:
        found = (
            AskedStep.objects.select_related("draw")
            .filter(ended_at=None, asked_at__lte=at)
            .order_by("asked_at")
            .first()
        )
        if not is_alone or found is None:
            return None
        outcome, details = _outcome(found, at)
        found.ended_at, found.answer, found.details = at, outcome, details
        found.save(update_fields=["ended_at", "answer", "details"])
    return 1


def _outcome(found: AskedStep, at: datetime) -> tuple[str, dict[str, Any]]:
    try:
        return "done", _do(found, at)
    except Refused as refused:
        return refused.reason, {name: _as_data(value) for name, value in refused.details.items()}
    except _Stopped:
        return "stopped", {}
    except OperationalError:
        # The database is away: the next turn does it again.
        raise
    except Exception:
        # Whoever tried the same for ever would tell nobody.
        _LOG.exception("the step %s of draw %s broke off", found.step, found.draw.name)
        return "broken", {}


def _do(found: AskedStep, at: datetime) -> dict[str, Any]:
    actor = Actor("operator", found.asked_by, found.asked_by_name)
    who: dict[str, Any] = {"draw_name": found.draw.name, "actor": actor, "at": at}
    _go_on(found)
    if found.step == "list":
        return {"rows": make_list(**who, progress=lambda _done: _go_on(found))}
    if found.step == "commit":
        instants: dict[str, Any] = {
            name: datetime.fromisoformat(found.given[name])
            for name in ("round_at", "pulse_at")
            if found.given.get(name)
        }
        prepared = prepare_commitment(**who, **instants, certificate=found.given.get("certificate", ""))
    else:
        prepared = {"draw": prepare_result, "publish": prepare_publication}[found.step](**who)
    if _is_stopped(found):
        with transaction():
            replace_waiting(draw=lock_draw(name=found.draw.name), step=found.step, digest=prepared.digest, at=at)
        raise _Stopped
    return {"digest": prepared.digest}


def _go_on(found: AskedStep) -> None:
    if _is_stopped(found):
        raise _Stopped


def _is_stopped(found: AskedStep) -> bool:
    return AskedStep.objects.filter(id=found.id, stop_asked_at__isnull=False).exists()


def _as_data(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _record(action: str, draw: Draw, actor: Actor, at: datetime) -> None:
    record(action=action, at=at, actor=actor, subject_kind="draw", subject_id=draw.id, data={"draw": draw.name})
