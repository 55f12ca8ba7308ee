"""One import of results at a time; and what becomes of one that was cut off: it is gone on with, or given up by two operators."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.permitting import operator_name, permitted, require_operator
from prakerja.audit.operations import record
from prakerja.intake import listed_lines as lines
from prakerja.intake.models import ResultImport
from prakerja.intake.states import IMPORT_STATES
from prakerja.intake.uploaded_lists import drop_decided_files
from prakerja.kernel.db import requires_transaction, row, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.rotation import keeping_forms

# One import at a time, by a lock that ends with whoever holds it.
_LOCK = 0x7072616B_696D70
_LOCK_TRIES, _LOCK_WAIT = 50, 0.1


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Hold the lock of imports, which PostgreSQL takes back when our connection ends. Raises Refused: import_running, keys_changing."""
    for _ in range(_LOCK_TRIES):
        found = row("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if found is not None and found[0]:
            break
        row("SELECT pg_sleep(%s)", [_LOCK_WAIT])
    else:
        raise Refused("import_running")
    try:
        with keeping_forms():
            yield
    finally:
        row("SELECT pg_advisory_unlock(%s)", [_LOCK])


@requires_transaction
def is_alone() -> bool:
    """Take the lock of imports for this transaction, if nobody else holds it."""
    found = row("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
    return bool(found and found[0])


def name_of(traced: str) -> str:
    """The address of an operator whom a row keeps by kind and id; whatever else acted is named as the row names it."""
    kind, _, key = traced.partition(":")
    return operator_name(id=key) if kind == "operator" else traced


def is_own_import(found: ResultImport, *, who: Actor) -> bool:
    """Whether they began it. Whoever sits at the machine is one, whatever command they give."""
    return found.begun_by == who.traced or (found.begun_by.startswith("system:") and who.kind == "system")


def unfinished_import(found: ResultImport) -> Refused:
    """What is said while awards of a list or a draw are on their way: import_unfinished (wave, decree, by, awarded, left)."""
    return Refused(
        "import_unfinished",
        wave=found.wave.number,
        decree=found.decree_number,
        by=name_of(found.begun_by),
        awarded=found.awarded,
        left=(found.people or 0) - found.awarded,
    )


@permitted("results.give_up")
def give_up_import(*, wave_number: int, reason: str, actor: Actor, at: datetime) -> int | None:
    """End an import that was cut off and whose list will not come again: who was awarded stays so, nobody else is.

    Two operators say so, each with a reason: the first asks, and nothing ends until another one says the same. Returns how many of the list are
    left without an award, None while the second operator is missing. Raises Refused: not_permitted, operator_needed, reason_missing,
    import_running, nothing_unfinished, draw_is_carried_through (draw; the results are those of a draw, not of a list).
    """
    require_operator(who=actor)
    if not reason.strip():
        raise Refused("reason_missing")
    with alone(), transaction():
        found = (
            ResultImport.objects.select_for_update(no_key=True, of=("self",))
            .filter(status="awarding", wave__number=wave_number)
            .first()
        )
        if found is None:
            raise Refused("nothing_unfinished", wave=wave_number)
        if found.draw:
            # Whom the draw chose gets what it gave them; nobody takes it from half of them.
            raise Refused("draw_is_carried_through", draw=found.draw)
        left = (found.people or 0) - found.awarded
        is_second = found.give_up_asked_by not in ("", actor.id)
        if is_second:
            found.status = IMPORT_STATES.advance(current=found.status, verb="give_up")
            found.ended_at = at
            found.save(update_fields=["status", "ended_at"])
            lines.clear_lines()
            drop_decided_files()
        else:
            found.give_up_asked_by, found.give_up_asked_at, found.give_up_reason = actor.id, at, reason.strip()
            found.save(update_fields=["give_up_asked_by", "give_up_asked_at", "give_up_reason"])
        record(
            action="wave.results_given_up" if is_second else "wave.results_give_up_asked",
            at=at,
            actor=actor,
            subject_kind="wave",
            subject_id=found.wave_id,
            why=reason.strip(),
            data={"decree": found.decree_number, "awarded": found.awarded, "left": left},
        )
    return left if is_second else None
