"""Read payout accounts, payments and the cases of operators."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from prakerja.access.queries import Waiting, challenge_state
from prakerja.disbursements.accounts import opened_number
from prakerja.disbursements.banks_and_e_wallets import PROVIDERS
from prakerja.disbursements.claims import owner_of
from prakerja.disbursements.discrepancies import has_open_discrepancy
from prakerja.disbursements.models import Discrepancy, PaymentInstruction, PayoutAccount
from prakerja.disbursements.payments import has_live_payment
from prakerja.disbursements.rails import InquiryResult, NoStatement, StatementLine, open_rail, terms_of
from prakerja.disbursements.states import INSTRUCTION_STATES
from prakerja.people import queries as people
from prakerja.programmes.schemes import wib_day

__all__ = [
    "Case",
    "InquiryResult",
    "LinkedAccount",
    "NoStatement",
    "account_words",
    "discrepancy_case",
    "discrepancy_cases",
    "live_account",
    "may_draft",
    "rail_statement",
    "rails_in_use",
    "unanswered_payments",
]


@dataclass(frozen=True, slots=True)
class LinkedAccount:
    """A linked bank account or e-wallet, without its number.

    `defect` is why no payment may go there although the provider has nothing against it, as the reason of a hold:
    nik_mismatch when somebody else has claimed the bank account, wallet_phone when the wallet's number is not the
    registered phone any more (rules.md 5.5); else "".
    """

    account_id: uuid.UUID
    person_id: uuid.UUID
    provider: str
    linked_at: datetime
    nik_matches: bool
    is_kyc_complete: bool
    defect: str = ""


def link_in_progress(*, person_id: uuid.UUID, at: datetime) -> tuple[str, str, Waiting]:
    """The provider and number that a code was sent for, "" and "" when none is waited for, and where the code stands."""
    waiting = challenge_state(person_id=person_id, purpose="link_account", at=at)
    provider, _, number = waiting.subject.partition(":")
    return provider, number, waiting


def live_account(*, person_id: uuid.UUID) -> LinkedAccount | None:
    """The account that is linked now."""
    found = PayoutAccount.objects.filter(person_id=person_id, unlinked_at=None).first()
    if found is None:
        return None
    return LinkedAccount(
        account_id=found.id,
        person_id=found.person_id,
        provider=found.provider,
        linked_at=found.linked_at,
        nik_matches=found.nik_matches,
        is_kyc_complete=found.is_kyc_complete,
        defect=_defect(found),
    )


def _defect(account: PayoutAccount) -> str:
    number = opened_number(account=account)
    if account.kind == "e_wallet":
        return "" if number == people.contact_of(person_id=account.person_id, kind="phone") else "wallet_phone"
    return "" if owner_of(provider=account.provider, number=number) in (None, account.person_id) else "nik_mismatch"


def account_words(*, person_id: uuid.UUID, account_id: uuid.UUID) -> str:
    """How an account is named to its owner, in any language: the provider and the last four characters of the number."""
    found = PayoutAccount.objects.get(person_id=person_id, id=account_id)
    return f"{PROVIDERS[found.provider].name} ...{opened_number(account=found)[-4:]}"


def may_draft(*, person_id: uuid.UUID, payer: str, owed_id: uuid.UUID) -> bool:
    """Whether nothing is drafted, sent or settled for what is owed, and no case is open about it."""
    if has_live_payment(person_id=person_id, payer=payer, owed_id=owed_id):
        return False
    return not has_open_discrepancy(person_id=person_id, payer=payer, owed_id=owed_id)


def is_payment_unsettled(*, person_id: uuid.UUID) -> bool:
    """Whether a payment of this person may still change: it waits or was sent, the rail is still asked, or a case is open."""
    pending = Q(status__in=INSTRUCTION_STATES.group("OPEN")) | Q(ask_at__isnull=False)
    return (
        PaymentInstruction.objects.filter(pending, person_id=person_id).exists()
        or Discrepancy.objects.filter(person_id=person_id, status="open").exists()
    )


class Case(NamedTuple):
    """A discrepancy as an operator sees it. `amount` is whole rupiah; `decision` and `note` are empty while it is open."""

    person_id: uuid.UUID
    discrepancy_id: uuid.UUID
    payment_id: uuid.UUID
    name: str
    rail: str
    reference: str
    amount: int
    known: str
    said: str
    said_amount: int | None
    found_by: str
    found_at: datetime
    decision: str
    note: str


def discrepancy_cases(*, most: int) -> list[Case]:
    """The open discrepancies, oldest first, at most `most`."""
    found = Discrepancy.objects.filter(status="open").select_related("instruction", "person")
    return [_case(one) for one in found.order_by("found_at", "id")[:most]]


def discrepancy_case(*, discrepancy_id: uuid.UUID) -> Case | None:
    """One discrepancy, open or decided; None when there is no such."""
    found = Discrepancy.objects.filter(id=discrepancy_id).select_related("instruction", "person").first()
    return None if found is None else _case(found)


def _case(one: Discrepancy) -> Case:
    return Case(
        person_id=one.person_id,
        discrepancy_id=one.id,
        payment_id=one.instruction.id,
        name=one.person.name,
        rail=one.instruction.rail,
        reference=one.instruction.reference,
        amount=one.instruction.amount,
        known=one.known,
        said=one.said,
        said_amount=one.said_amount,
        found_by=one.found_by,
        found_at=one.found_at,
        decision=one.decision,
        note=one.note,
    )


def unanswered_payments(*, at: datetime) -> list[uuid.UUID]:
    """Payments that were sent so long ago that an operator should ask the rail by other means; the oldest first."""
    sent = PaymentInstruction.objects.filter(status="sent").order_by("sent_at", "id")
    return [
        one.id
        for one in sent.only("id", "rail", "sent_at")
        if one.sent_at is not None
        and one.sent_at + terms_of(rail=one.rail, on=wib_day(one.sent_at)).unanswered_after <= at
    ]


def rails_in_use() -> list[str]:
    """The rails that any payment was drafted for."""
    return sorted(PaymentInstruction.objects.values_list("rail", flat=True).distinct())


def rail_statement(*, rail: str) -> Iterator[StatementLine]:
    """Every payment as the rail keeps it. A network call. Raises NoStatement when the list is not complete."""
    return open_rail(rail).statement()
