"""Read payout accounts, payments and the cases of operators."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from prakerja.access.queries import Waiting, challenge_state
from prakerja.disbursements.accounts import open_number
from prakerja.disbursements.banks_and_e_wallets import PROVIDERS
from prakerja.disbursements.claims import owners_of
from prakerja.disbursements.discrepancies import debts_with_cases
from prakerja.disbursements.drafting import debts_under_way
from prakerja.disbursements.models import Discrepancy, PaymentInstruction, PayoutAccount
from prakerja.disbursements.pausing import Pause, rail_pauses
from prakerja.disbursements.rails import RAILS, InquiryResult, NoStatement, StatementLine, open_rail, terms_of
from prakerja.disbursements.states import INSTRUCTION_STATES
from prakerja.kernel.db import row
from prakerja.kernel.looks import Question
from prakerja.people import queries as people
from prakerja.programmes.schemes import wib_day

__all__ = [
    "Case",
    "InquiryResult",
    "LinkedAccount",
    "NoStatement",
    "Pause",
    "account_words",
    "discrepancy_case",
    "discrepancy_cases",
    "had_valid_account",
    "live_account",
    "live_accounts",
    "may_be_drafted",
    "people_with_valid_account",
    "rail_pauses",
    "rail_statement",
    "rails_in_use",
    "unanswered_payments",
    "words_of_accounts",
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
    return live_accounts(person_ids=[person_id]).get(person_id)


# When the first account was linked that nobody above has noticed yet (`take_new_accounts`).
next_new_account = Question(
    "SELECT linked_at FROM disbursements_payoutaccount WHERE noticed_at IS NULL AND unlinked_at IS NULL"
    " ORDER BY linked_at LIMIT 1"
)


def live_accounts(*, person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, LinkedAccount]:
    """The accounts that many people have linked now, by person; who has none is not in it."""
    live = PayoutAccount.objects.filter(person_id__any_of=set(person_ids), unlinked_at=None)
    found = [_Account(*one) for one in live.values_list(*_Account._fields)]
    defects = _defects(found)
    return {
        account.person_id: LinkedAccount(
            account_id=account.id,
            person_id=account.person_id,
            provider=account.provider,
            linked_at=account.linked_at,
            nik_matches=account.nik_matches,
            is_kyc_complete=account.is_kyc_complete,
            defect=defects[account.id],
        )
        for account in found
    }


class _Account(NamedTuple):
    """What is read of an account, for thousands at once."""

    id: uuid.UUID
    person_id: uuid.UUID
    kind: str
    provider: str
    number_enc: bytes
    nik_matches: bool
    is_kyc_complete: bool
    linked_at: datetime


def _defects(accounts: Sequence[_Account]) -> dict[uuid.UUID, str]:
    """Why no payment may go there, by account. Numbers are opened and compared, and go no further."""
    numbers = {account.id: open_number(sealed=account.number_enc, account_id=account.id) for account in accounts}
    wallets = [account.person_id for account in accounts if account.kind == "e_wallet"]
    phones = people.addressees_of(person_ids=wallets, kind="phone") if wallets else {}
    owners = owners_of(
        accounts=[(account.provider, numbers[account.id]) for account in accounts if account.kind != "e_wallet"]
    )
    found = {}
    for account in accounts:
        number = numbers[account.id]
        if account.kind == "e_wallet":
            phone = phones.get(account.person_id)
            found[account.id] = "" if phone is not None and phone.value == number else "wallet_phone"
        else:
            owner = owners.get((account.provider, number))
            found[account.id] = "" if owner in (None, account.person_id) else "nik_mismatch"
    return found


def had_valid_account(*, person_id: uuid.UUID, at: datetime) -> bool:
    """Whether money could have gone to an account that was linked right before `at`, whatever became of it since."""
    linked = PayoutAccount.objects.filter(person_id=person_id, nik_matches=True, is_kyc_complete=True, linked_at__lt=at)
    return linked.filter(Q(unlinked_at=None) | Q(unlinked_at__gte=at)).exists()


def people_with_valid_account(*, person_ids: Iterable[uuid.UUID], at: datetime) -> set[uuid.UUID]:
    """Of these people those who `had_valid_account`."""
    linked = PayoutAccount.objects.filter(
        person_id__any_of=set(person_ids), nik_matches=True, is_kyc_complete=True, linked_at__lt=at
    )
    return set(linked.filter(Q(unlinked_at=None) | Q(unlinked_at__gte=at)).values_list("person_id", flat=True))


def account_words(*, person_id: uuid.UUID, account_id: uuid.UUID) -> str:
    """How an account is named to its owner, in any language: the provider and the last four characters of the number."""
    return words_of_accounts(accounts=[(person_id, account_id)])[account_id]


def words_of_accounts(*, accounts: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> dict[uuid.UUID, str]:
    """`account_words` of many, as (person, account), by account."""
    people_ids, ids = {person_id for person_id, _ in accounts}, {account_id for _, account_id in accounts}
    found = PayoutAccount.objects.filter(person_id__any_of=people_ids, id__any_of=ids)
    return {
        account_id: f"{PROVIDERS[provider].name} ...{open_number(sealed=sealed, account_id=account_id)[-4:]}"
        for account_id, provider, sealed in found.values_list("id", "provider", "number_enc")
    }


def may_be_drafted(*, payer: str, owed: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> set[uuid.UUID]:
    """For which of what is owed, as (person, owed), nothing is drafted, sent or settled, and no case is open."""
    stopped = debts_under_way(payer=payer, owed=owed) | debts_with_cases(payer=payer, owed=owed)
    return {owed_id for _, owed_id in owed} - stopped


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


def payments_without_fate(*, most: int) -> tuple[int, datetime | None]:
    """How many payments left and were not answered for yet (counted up to `most`), and when the first of them is to be asked about."""
    found = row(
        "SELECT count(*), min(ask_at) FROM (SELECT ask_at FROM disbursements_paymentinstruction"
        " WHERE ask_at IS NOT NULL AND status = 'sent' ORDER BY ask_at LIMIT %s) few",
        [most],
    )
    assert found is not None
    return int(found[0]), found[1]


def open_discrepancies(*, most: int) -> int:
    """How many cases wait for an operator, counted up to `most`."""
    found = row(
        "SELECT count(*) FROM (SELECT 1 FROM disbursements_discrepancy WHERE status = 'open' LIMIT %s) few", [most]
    )
    assert found is not None
    return int(found[0])


def known_rails() -> list[str]:
    """The rails that this program speaks to."""
    return sorted(RAILS)


def rails_in_use() -> list[str]:
    """The rails that any payment was drafted for."""
    return sorted(PaymentInstruction.objects.values_list("rail", flat=True).distinct())


def rail_statement(*, rail: str) -> Iterator[StatementLine]:
    """Every payment as the rail keeps it. A network call. Raises NoStatement when the list is not complete."""
    return open_rail(rail).statement()
