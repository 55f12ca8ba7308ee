"""A wave is announced, and changed, by two operators: one prepares, another confirms what they read (rules.md 4.7).

Money is promised to as many as its quota, and people plan by its dates; nobody does either alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from prakerja.access.actors import Actor
from prakerja.access.permitting import operator_name, permitted, require_operator
from prakerja.audit.operations import record
from prakerja.awards.policies import require_reason
from prakerja.intake.models import WaveProposal
from prakerja.intake.wave_changes import WaveChange, WaveTerms, apply_change, look_at_change, require_changeable
from prakerja.intake.waves import WavePlan, look_ahead, open_wave
from prakerja.kernel.db import requires_transaction, row, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.second_person import CONFIRMING, TAKING_BACK, WAITS, TakingBack

# Of two who prepare or confirm something of one wave, one waits; the wave may not be there yet, so this and its number are locked.
_LOCK = 0x77617665
DIGEST_DIGITS = 16


@dataclass(frozen=True)
class Proposed:
    """What waits for another operator: `digest` is what they say when they confirm it; `seen` is None for a new wave.

    `prepared_by` and `back_asked_by` (who wants it taken back, "" for nobody) are operators' ids.
    """

    wave: int
    digest: str
    seen: WaveTerms | None
    terms: WaveTerms
    reason: str
    prepared_by: str
    prepared_at: datetime
    back_asked_by: str


@permitted("wave.open")
def prepare_wave(
    *, number: int, opens_at: datetime, closes_at: datetime, quota: int, actor: Actor, at: datetime
) -> Proposed:
    """Propose a wave that people may join from `opens_at` until before `closes_at`; nothing is announced before another operator confirms it.

    One that this operator proposed and nobody confirmed is replaced. Raises Refused: not_permitted, operator_needed, proposal_waits
    (by: their address; another operator proposed it), and as `waves.look_ahead`.
    """
    require_operator(who=actor)
    with transaction():
        _lock(number)
        look_ahead(number=number, opens_at=opens_at, closes_at=closes_at, quota=quota, at=at)
        terms = WaveTerms(opens_at, closes_at, quota, None)
        return _prepare(number=number, seen=None, terms=terms, reason="", actor=actor, at=at)


@permitted("wave.change")
def prepare_wave_change(
    *, wave_number: int, terms: WaveTerms, seen: WaveTerms, reason: str, actor: Actor, at: datetime
) -> Proposed:
    """Propose other dates, another quota or another planned result; `seen` is what the wave was when the operator looked. It stays so
    until another operator confirms.

    One that this operator proposed and nobody confirmed is replaced. Raises Refused: not_permitted, operator_needed, reason_missing,
    proposal_waits (by; another operator proposed one), and as `wave_changes.require_changeable`.
    """
    require_operator(who=actor)
    require_reason(reason)
    with transaction():
        _lock(wave_number)
        require_changeable(wave_number=wave_number, terms=terms, seen=seen, at=at)
        return _prepare(number=wave_number, seen=seen, terms=terms, reason=reason.strip(), actor=actor, at=at)


@permitted("wave.confirm")
def confirm_wave(*, wave_number: int, digest: str, actor: Actor, at: datetime) -> WavePlan | WaveChange:
    """Another operator confirms what was proposed: the wave is announced, and the clock opens and closes it; or it is changed at once.

    Nobody gets a message. Raises Refused: not_permitted, operator_needed, nothing_prepared, same_operator, proposal_changed (what waits is not
    what they read), and again as `waves.look_ahead` or `wave_changes.require_changeable`: time has passed.
    """
    require_operator(who=actor)
    with transaction():
        _lock(wave_number)
        waiting = _waiting(number=wave_number, digest=digest)
        waiting.confirm(who=actor.id, at=at)
        found = _as_proposed(waiting)
        done: WavePlan | WaveChange
        if found.seen is None:
            done = _announce(waiting, found.terms, actor=actor, at=at)
        else:
            wave, done = apply_change(wave_number=wave_number, terms=found.terms, seen=found.seen, at=at)
            _record("wave.changed", waiting, actor=actor, at=at, wave_id=wave.id, joined=done.joined)
        waiting.save(update_fields=CONFIRMING)
    return done


@permitted("wave.take_back")
def take_back_wave(*, wave_number: int, digest: str, actor: Actor, at: datetime) -> bool:
    """Let nobody confirm any more what waits; the wave stays as it is. Returns whether that is so now.

    Whoever proposed it takes it back alone. What another proposed, two take back; until the second one says so it may be confirmed. Raises
    Refused: not_permitted, operator_needed, nothing_prepared, proposal_changed (another one waits by now).
    """
    require_operator(who=actor)
    with transaction():
        _lock(wave_number)
        waiting = _waiting(number=wave_number, digest=digest)
        what = waiting.take_back(who=actor.id, at=at)
        waiting.save(update_fields=TAKING_BACK)
        if what is not TakingBack.STILL_ASKED:
            _record(f"wave.proposal_{what.value}", waiting, actor=actor, at=at)
    return what is TakingBack.DONE


def proposals(*, wave_number: int | None = None) -> list[Proposed]:
    """What waits for another operator, of one wave or of all, the oldest first."""
    found = WaveProposal.objects.filter(WAITS).order_by("prepared_at", "id")
    return [_as_proposed(one) for one in (found if wave_number is None else found.filter(number=wave_number))]


def look_at_proposal(*, proposed: Proposed, at: datetime) -> WavePlan | WaveChange:
    """What confirming it would do, and nothing happens. Raises Refused: as `confirm_wave`, but who and which."""
    if proposed.seen is not None:
        return look_at_change(wave_number=proposed.wave, terms=proposed.terms, at=at)
    terms = proposed.terms
    return look_ahead(
        number=proposed.wave, opens_at=terms.opens_at, closes_at=terms.closes_at, quota=terms.quota, at=at
    )


@requires_transaction
def _prepare(
    *, number: int, seen: WaveTerms | None, terms: WaveTerms, reason: str, actor: Actor, at: datetime
) -> Proposed:
    waiting = WaveProposal.objects.filter(WAITS, number=number)
    of_another = waiting.exclude(prepared_by=actor.id).first()
    if of_another is not None:
        raise Refused("proposal_waits", by=operator_name(id=of_another.prepared_by))
    waiting.update(replaced_at=at)
    before, after = {} if seen is None else _as_data(seen), _as_data(terms)
    told = json.dumps([number, before, after, reason, actor.id, at.isoformat()], sort_keys=True)
    made = WaveProposal.objects.create(
        id=new_id(),
        number=number,
        seen=before,
        terms=after,
        reason=reason,
        digest=sha256(told.encode()).hexdigest()[:DIGEST_DIGITS],
        prepared_by=actor.id,
        prepared_at=at,
    )
    _record("wave.proposed", made, actor=actor, at=at)
    return _as_proposed(made)


@requires_transaction
def _announce(waiting: WaveProposal, terms: WaveTerms, *, actor: Actor, at: datetime) -> WavePlan:
    given: dict[str, Any] = {
        "number": waiting.number,
        "opens_at": terms.opens_at,
        "closes_at": terms.closes_at,
        "quota": terms.quota,
    }
    plan = look_ahead(**given, at=at)
    made = open_wave(**given)
    _record("wave.opened", waiting, actor=actor, at=at, wave_id=made.id, scheme=plan.scheme)
    return plan


@requires_transaction
def _waiting(*, number: int, digest: str) -> WaveProposal:
    waiting = WaveProposal.objects.filter(WAITS, number=number).first()
    if waiting is None:
        raise Refused("nothing_prepared")
    if waiting.digest != digest.strip().lower():
        raise Refused("proposal_changed")
    return waiting


@requires_transaction
def _lock(number: int) -> None:
    row("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, number])


def _as_proposed(one: WaveProposal) -> Proposed:
    return Proposed(
        wave=one.number,
        digest=one.digest,
        seen=_as_terms(one.seen) if one.seen else None,
        terms=_as_terms(one.terms),
        reason=one.reason,
        prepared_by=one.prepared_by,
        prepared_at=one.prepared_at,
        back_asked_by=one.back_asked_by,
    )


def _as_terms(data: dict[str, Any]) -> WaveTerms:
    planned = data["results_at"]
    return WaveTerms(
        datetime.fromisoformat(data["opens_at"]),
        datetime.fromisoformat(data["closes_at"]),
        data["quota"],
        None if planned is None else datetime.fromisoformat(planned),
    )


def _as_data(terms: WaveTerms) -> dict[str, Any]:
    return {
        "opens_at": terms.opens_at.isoformat(),
        "closes_at": terms.closes_at.isoformat(),
        "quota": terms.quota,
        "results_at": None if terms.results_at is None else terms.results_at.isoformat(),
    }


@requires_transaction
def _record(action: str, one: WaveProposal, *, actor: Actor, at: datetime, wave_id: Any = None, **more: Any) -> None:
    # A wave that is not there yet is named by what proposes it.
    record(
        action=action,
        at=at,
        actor=actor,
        subject_kind="wave" if wave_id is not None else "wave_proposal",
        subject_id=one.id if wave_id is None else wave_id,
        why=one.reason,
        data={"wave": one.number, "digest": one.digest, "before": one.seen or None, "after": one.terms, **more},
    )
