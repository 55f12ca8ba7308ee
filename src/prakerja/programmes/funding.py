"""The programme's money: what the state gives arrives once a letter, and awards are made of it.

One operator prepares a budget by its letter, another books it (ADR 0046): a nought too many would promise money that is not there.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from prakerja.access.actors import Actor
from prakerja.access.permitting import operator_name, permitted, require_operator
from prakerja.audit.operations import record
from prakerja.kernel.db import requires_transaction, row, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.second_person import CONFIRMING, TAKING_BACK, WAITS, TakingBack
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import post_transfer
from prakerja.ledger.queries import holds, is_posted
from prakerja.programmes.models import FundingProposal

_LETTERS = uuid.UUID("0c6c7c0e-5a54-4d0e-9a0e-2d6b9f1a7a51")
KIND = "programme_funding"
# A hundred times what the programme ever had in a year; more was typed wrongly.
MOST = 2_000_000_000_000_000
LONGEST_REFERENCE = 100
DIGEST_DIGITS = 16
# Of two who prepare or book a letter, one waits.
_LOCK = 0x66756E64


@dataclass(frozen=True)
class ProposedFunding:
    """A budget that waits for another operator, or was booked: `digest` is what they say when they confirm it.

    `prepared_by`, `confirmed_by` and `back_asked_by` (who wants it taken back) are operators' ids, "" for nobody.
    """

    amount: int
    reference: str
    digest: str
    prepared_by: str
    prepared_at: datetime
    confirmed_by: str
    confirmed_at: datetime | None
    back_asked_by: str


@dataclass(frozen=True)
class FundingAhead:
    """What booking a budget brings about: what the programme holds now, and then."""

    amount: int
    reference: str
    holds: int
    will_hold: int


def look_ahead(*, amount: int, reference: str) -> FundingAhead:
    """What booking this budget would do; nothing happens. Raises Refused: funding_amount, funding_reference, funding_known."""
    letter, _ = _checked(amount=amount, reference=reference)
    now = holds(account=Chart.PROGRAMME_FUNDS)
    return FundingAhead(amount=amount, reference=letter, holds=now, will_hold=now + amount)


@permitted("programme.fund")
def prepare_funding(*, amount: int, reference: str, actor: Actor, at: datetime) -> ProposedFunding:
    """Prepare a budget of `amount` rupiah that arrived by a letter (`reference`); it is booked when another operator confirms it.

    One of this letter that this operator prepared and nobody confirmed is replaced. Raises Refused: not_permitted, operator_needed,
    funding_amount, funding_reference, funding_known (this letter is booked), funding_waits (by: another operator prepared it). Source:
    rules.md 12.41.
    """
    require_operator(who=actor)
    with transaction():
        _lock()
        letter, event_id = _checked(amount=amount, reference=reference)
        waiting = FundingProposal.objects.filter(WAITS, event_id=event_id)
        of_another = waiting.exclude(prepared_by=actor.id).first()
        if of_another is not None:
            raise Refused("funding_waits", by=operator_name(id=of_another.prepared_by))
        waiting.update(replaced_at=at)
        made_id = new_id()
        told = f"{made_id} {amount} {letter} {actor.id} {at.isoformat()}"
        made = FundingProposal.objects.create(
            id=made_id,
            amount=amount,
            reference=letter,
            event_id=event_id,
            digest=sha256(told.encode()).hexdigest()[:DIGEST_DIGITS],
            prepared_by=actor.id,
            prepared_at=at,
        )
        _record("programme.funding_proposed", made, actor=actor, at=at)
        return _as_proposed(made)


@permitted("programme.confirm")
def confirm_funding(*, digest: str, actor: Actor, at: datetime) -> int:
    """Another operator books what was prepared; returns what the programme holds now.

    Raises Refused: not_permitted, operator_needed, nothing_prepared (it was booked, replaced or taken back), same_operator, funding_known.
    """
    require_operator(who=actor)
    with transaction():
        _lock()
        waiting = _waiting(digest)
        waiting.confirm(who=actor.id, at=at)
        _checked(amount=waiting.amount, reference=waiting.reference)
        post_transfer(
            person_id=None,
            event_id=waiting.event_id,
            kind=KIND,
            debit=Chart.TREASURY,
            credit=Chart.PROGRAMME_FUNDS,
            amount=waiting.amount,
            at=at,
        )
        waiting.save(update_fields=CONFIRMING)
        _record("programme.funded", waiting, actor=actor, at=at)
        return holds(account=Chart.PROGRAMME_FUNDS)


@permitted("programme.take_back")
def take_back_funding(*, digest: str, actor: Actor, at: datetime) -> bool:
    """Let nobody book any more what waits. Returns whether that is so now.

    Whoever prepared it takes it back alone. What another prepared, two take back; until the second one says so it may be booked.
    Raises Refused: not_permitted, operator_needed, nothing_prepared.
    """
    require_operator(who=actor)
    with transaction():
        _lock()
        waiting = _waiting(digest)
        what = waiting.take_back(who=actor.id, at=at)
        waiting.save(update_fields=TAKING_BACK)
        if what is not TakingBack.STILL_ASKED:
            _record(f"programme.funding_{what.value}", waiting, actor=actor, at=at)
    return what is TakingBack.DONE


def waiting_fundings() -> list[ProposedFunding]:
    """What waits for another operator, the oldest first."""
    found = FundingProposal.objects.filter(WAITS).order_by("prepared_at", "id")
    return [_as_proposed(one) for one in found]


def booked_fundings(*, most: int) -> list[ProposedFunding]:
    """What two operators booked, the newest first."""
    found = FundingProposal.objects.filter(confirmed_at__isnull=False).order_by("-confirmed_at", "-id")[:most]
    return [_as_proposed(one) for one in found]


def _checked(*, amount: int, reference: str) -> tuple[str, uuid.UUID]:
    """The letter as it is kept, and as the ledger knows it."""
    letter = " ".join(reference.split())
    if not 1 <= amount <= MOST:
        raise Refused("funding_amount", most=MOST)
    if not 1 <= len(letter) <= LONGEST_REFERENCE:
        raise Refused("funding_reference", most=LONGEST_REFERENCE)
    event_id = uuid.uuid5(_LETTERS, letter.casefold())
    if is_posted(event_id=event_id, kind=KIND):
        raise Refused("funding_known")
    return letter, event_id


@requires_transaction
def _waiting(digest: str) -> FundingProposal:
    found = FundingProposal.objects.filter(WAITS, digest=digest.strip().lower()).first()
    if found is None:
        raise Refused("nothing_prepared")
    return found


@requires_transaction
def _lock() -> None:
    row("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _as_proposed(one: FundingProposal) -> ProposedFunding:
    return ProposedFunding(
        amount=one.amount,
        reference=one.reference,
        digest=one.digest,
        prepared_by=one.prepared_by,
        prepared_at=one.prepared_at,
        confirmed_by=one.confirmed_by,
        confirmed_at=one.confirmed_at,
        back_asked_by=one.back_asked_by,
    )


@requires_transaction
def _record(action: str, one: FundingProposal, *, actor: Actor, at: datetime) -> None:
    record(
        action=action,
        at=at,
        actor=actor,
        subject_kind="programme",
        subject_id=one.event_id,
        data={"amount": one.amount, "reference": one.reference, "digest": one.digest},
    )
