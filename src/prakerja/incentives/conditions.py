"""How far a participant meets the conditions of the incentive (rules.md 5.4), read in the caller's transaction."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from prakerja.disbursements.queries import LinkedAccount, live_account
from prakerja.incentives.policies import AccountFacts
from prakerja.programmes.schemes import wib_day
from prakerja.purchases.queries import first_voucher
from prakerja.training.queries import progress


@dataclass(frozen=True, slots=True)
class Conditions:
    """The first training that was not voided, how far it got, and the account that is linked now. Instants are UTC."""

    completion_id: uuid.UUID | None
    certificate_visible_from: datetime | None
    rated_at: datetime | None
    facts: AccountFacts | None
    account_linked_at: datetime | None

    @property
    def is_reviewed(self) -> bool:
        return self.rated_at is not None


def account_facts(account: LinkedAccount | None) -> AccountFacts | None:
    """What decides over an account."""
    if account is None:
        return None
    return AccountFacts(
        linked_on=wib_day(account.linked_at),
        nik_matches=account.nik_matches,
        is_kyc_complete=account.is_kyc_complete,
        defect=account.defect,
    )


def conditions_of(*, person_id: uuid.UUID, award_id: uuid.UUID) -> Conditions:
    """Read it. Only the first training that was not voided leads to the incentive (rules.md 5.4)."""
    account = live_account(person_id=person_id)
    facts, linked_at = account_facts(account), account.linked_at if account is not None else None
    voucher_id = first_voucher(person_id=person_id, award_id=award_id)
    found = progress(person_id=person_id, voucher_id=voucher_id) if voucher_id is not None else None
    if found is None:
        return Conditions(None, None, None, facts, linked_at)
    return Conditions(found.completion_id, found.certificate_visible_from, found.rated_at, facts, linked_at)
