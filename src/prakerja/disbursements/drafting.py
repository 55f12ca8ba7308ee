"""Payments are written down: one live payment for what is owed, in the batch of its rail, provider and day. Nothing moves yet."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from prakerja.disbursements.batches import drafted_batch
from prakerja.disbursements.discrepancies import debts_with_cases
from prakerja.disbursements.models import PaymentInstruction, PayoutAccount, ReferenceClaim
from prakerja.disbursements.policies import reference_for
from prakerja.disbursements.rails import rail_for_new_payments
from prakerja.disbursements.states import INSTRUCTION_STATES
from prakerja.disbursements.steps import drop
from prakerja.kernel import codes
from prakerja.kernel.db import copy_rows, requires_transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be paid: `amount` rupiah of what the payer owes (`owed_id`) to this account."""

    person_id: uuid.UUID
    owed_id: uuid.UUID
    account_id: uuid.UUID
    amount: int


@requires_transaction
def draft_payment(
    *,
    person_id: uuid.UUID,
    payer: str,
    owed_id: uuid.UUID,
    account_id: uuid.UUID,
    amount: int,
    pay_date: date,
    at: datetime,
) -> uuid.UUID:
    """Write down a payment of `amount` rupiah in the batch of its rail, provider and day. Nothing moves yet.

    The payer has locked its row `owed_id`. A payment that ended without paying is followed up by this one. Returns the
    payment's id. Raises Refused: payment_under_way (another is drafted, sent or settled), discrepancy_open.
    """
    draft = Draft(person_id=person_id, owed_id=owed_id, account_id=account_id, amount=amount)
    return draft_payments(payer=payer, drafts=[draft], pay_date=pay_date, at=at)[owed_id]


_COLUMNS = (
    "id", "person_id", "batch_id", "payout_account_id", "payer", "owed_id", "rail", "rail_reference", "reference", "amount",
    "status", "reason", "follow_up_of_id", "pay_date", "ask_count",
)  # fmt: skip


@requires_transaction
def draft_payments(
    *, payer: str, drafts: Sequence[Draft], pay_date: date, at: datetime
) -> Mapping[uuid.UUID, uuid.UUID]:
    """`draft_payment` for many, set-based: what is owed → its payment. Raises Refused as it does; then nothing is drafted."""
    owed = [(draft.person_id, draft.owed_id) for draft in drafts]
    if debts_under_way(payer=payer, owed=owed):
        raise Refused("payment_under_way")
    if debts_with_cases(payer=payer, owed=owed):
        raise Refused("discrepancy_open")
    accounts = PayoutAccount.objects.filter(
        person_id__any_of={draft.person_id for draft in drafts}, id__any_of={draft.account_id for draft in drafts}
    )
    providers = dict(accounts.values_list("id", "provider"))
    rail = rail_for_new_payments()
    batches = {
        provider: drafted_batch(rail=rail, provider=provider, pay_date=pay_date, at=at).id
        for provider in sorted(set(providers.values()))
    }
    earlier = _latest(payer=payer, owed=owed)
    payments = {draft.owed_id: new_id() for draft in drafts}
    references = {
        draft.owed_id: reference_for(provider=providers[draft.account_id], code=codes.new_transaction_code())
        for draft in drafts
    }
    # Plain values: of a payday's thousands nobody makes objects.
    copy_rows(
        PaymentInstruction,
        _COLUMNS,
        (
            (
                payments[draft.owed_id], draft.person_id, batches[providers[draft.account_id]], draft.account_id, payer,
                draft.owed_id, rail, "", references[draft.owed_id], draft.amount, "drafted", "",
                earlier.get(draft.owed_id), pay_date, 0,
            )
            for draft in drafts
        ),
    )  # fmt: skip
    copy_rows(
        ReferenceClaim,
        ("id", "rail", "reference", "person_id", "instruction_id"),
        ((new_id(), rail, references[one.owed_id], one.person_id, payments[one.owed_id]) for one in drafts),
    )
    return payments


@requires_transaction
def cancel_draft(*, person_id: uuid.UUID, payer: str, owed_id: uuid.UUID, reason: str, at: datetime) -> bool:
    """What is owed is not owed any more: a payment that is only drafted ends. False when there is none.

    The payer has locked its row `owed_id`.
    """
    drafted = _of(payer=payer, owed=[(person_id, owed_id)]).filter(status="drafted")
    found = drafted.select_for_update(no_key=True).first()
    if found is not None:
        drop(instruction=found, verb="cancel", reason=reason, at=at)
    return found is not None


def debts_under_way(*, payer: str, owed: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> set[uuid.UUID]:
    """What of what is owed, as (person, owed), is drafted, sent or settled already."""
    live = _of(payer=payer, owed=owed).filter(status__in=INSTRUCTION_STATES.group("LIVE"))
    return set(live.values_list("owed_id", flat=True))


def _latest(*, payer: str, owed: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> dict[uuid.UUID, uuid.UUID]:
    """The last payment of each debt that has had one: the one that the next follows up."""
    return dict(_of(payer=payer, owed=owed).order_by("id").values_list("owed_id", "id"))


def _of(*, payer: str, owed: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> QuerySet[PaymentInstruction]:
    """Every payment of what is owed, whatever became of it."""
    return PaymentInstruction.objects.filter(
        person_id__any_of={person_id for person_id, _ in owed},
        payer=payer,
        owed_id__any_of=[owed_id for _, owed_id in owed],
    )
