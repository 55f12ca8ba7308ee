"""A batch of payments by one rail to one provider on one day leaves only with three signatures of three people (decisions.md 53)."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from django.db.models import Exists, OuterRef

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.disbursements.models import PaymentBatch, PaymentInstruction
from prakerja.disbursements.states import BATCH_STATES, INSTRUCTION_STATES
from prakerja.kernel.db import requires_transaction, row, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.installation import is_sandbox

# The verb that each signature is, and the column that keeps who gave it.
SIGNATURES = (("approve", "approved_by"), ("authorise", "authorised_by"), ("release", "released_by"))


# Whoever signs waits until what is being drafted into it stands there: nothing joins a batch behind a signature.
_KEEP = """
SELECT id FROM disbursements_paymentbatch
 WHERE rail = %s AND provider = %s AND pay_date = %s AND status = 'drafted' FOR SHARE"""


@requires_transaction
def drafted_batch(*, rail: str, provider: str, pay_date: date, at: datetime) -> PaymentBatch:
    """The batch of this rail, provider and day that still takes instructions; made when there is none.

    It takes them until the end of the transaction.
    """
    found = row(_KEEP, [rail, provider, pay_date])
    while found is None:
        # Two runners at once: the unique key keeps one batch and both use it. One that was signed between the two looks
        # takes nothing more, and the next look finds none again.
        PaymentBatch.objects.bulk_create(
            [PaymentBatch(rail=rail, provider=provider, pay_date=pay_date, drafted_at=at)], ignore_conflicts=True
        )
        found = row(_KEEP, [rail, provider, pay_date])
    return PaymentBatch.objects.get(id=found[0])


@permitted("batch.approve")
def approve_batch(*, batch_id: uuid.UUID, actor: Actor, at: datetime) -> None:
    """Give the first of three signatures, each of another person.

    Raises Refused: not_permitted, batch_unknown, batch_signed (this signature is there, or an earlier one is missing),
    signer_repeated.
    """
    _sign(verb="approve", batch_id=batch_id, actor=actor, at=at)


@permitted("batch.authorise")
def authorise_batch(*, batch_id: uuid.UUID, actor: Actor, at: datetime) -> None:
    """Give the second signature. Raises Refused: as `approve_batch`."""
    _sign(verb="authorise", batch_id=batch_id, actor=actor, at=at)


@permitted("batch.release")
def release_batch(*, batch_id: uuid.UUID, actor: Actor, at: datetime) -> None:
    """Give the third signature: money may go. Raises Refused: as `approve_batch`."""
    _sign(verb="release", batch_id=batch_id, actor=actor, at=at)


def _sign(*, verb: str, batch_id: uuid.UUID, actor: Actor, at: datetime) -> None:
    with transaction():
        batch = PaymentBatch.objects.select_for_update(no_key=True).filter(id=batch_id).first()
        if batch is None:
            raise Refused("batch_unknown")
        missing = [(name, column) for name, column in SIGNATURES if not getattr(batch, column)]
        if batch.status == "closed" or not missing or missing[0][0] != verb:
            raise Refused("batch_signed")
        if actor.id in (batch.approved_by, batch.authorised_by, batch.released_by):
            raise Refused("signer_repeated")
        before = batch.status
        batch.status = BATCH_STATES.advance(current=batch.status, verb=verb)
        setattr(batch, missing[0][1], actor.id)
        if batch.status == "released":
            batch.released_at = at
        batch.save()
        record(
            action=f"batch.{batch.status}",
            at=at,
            actor=actor,
            subject_kind="payment_batch",
            subject_id=batch.id,
            data={"rail": batch.rail, "provider": batch.provider, "pay_date": batch.pay_date.isoformat()},
            before=before,
            after=batch.status,
        )


def sandbox_sign_off(*, at: datetime) -> int:
    """Sign every waiting batch as three demo operators would. Returns how many were released; 0 outside a sandbox."""
    if not is_sandbox():
        return 0
    released = 0
    for batch in PaymentBatch.objects.filter(status__in=BATCH_STATES.group("UNSIGNED"), drafted_at__lte=at):
        for verb, column in SIGNATURES:
            if not getattr(batch, column):
                _sign(verb=verb, batch_id=batch.id, actor=Actor.system(f"sandbox {verb}"), at=at)
        released += 1
    return released


def close_batches(*, at: datetime) -> int:
    """Close released batches in which every instruction has its end. Returns how many."""
    with transaction():
        released = PaymentBatch.objects.filter(status__in=BATCH_STATES.sources("close"))
        open_ones = PaymentInstruction.objects.filter(batch_id=OuterRef("id"))
        # One look for each of the two states, because each has an index of its own.
        done = released
        for status in INSTRUCTION_STATES.group("OPEN"):
            done = done.filter(~Exists(open_ones.filter(status=status)))
        return done.update(status=BATCH_STATES.target("close"), closed_at=at)
