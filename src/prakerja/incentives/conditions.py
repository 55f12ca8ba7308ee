"""How far a participant meets the conditions of the incentive (rules.md 5.4), read in the caller's transaction."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from prakerja.awards.queries import waived_trainings
from prakerja.disbursements.queries import LinkedAccount, live_accounts
from prakerja.incentives.policies import AccountFacts
from prakerja.programmes.schemes import wib_day
from prakerja.purchases.queries import first_vouchers
from prakerja.training.queries import progress_of_many


@dataclass(frozen=True, slots=True)
class Conditions:
    """The first training, how far it got, and the account that is linked now. Instants are UTC.

    Of whose class was called off too late for another no training is asked: the certificate and the review count as there
    since `training_waived_at` (rules.md 12.33).
    """

    completion_id: uuid.UUID | None
    certificate_visible_from: datetime | None
    rated_at: datetime | None
    facts: AccountFacts | None
    account_linked_at: datetime | None
    training_waived_at: datetime | None = None

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
    """Read it. Only the first training leads to the incentive (rules.md 5.4)."""
    return conditions_of_many(held=[(person_id, award_id)])[award_id]


def conditions_of_many(*, held: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> dict[uuid.UUID, Conditions]:
    """The same for many, as (person, award), by award."""
    accounts = live_accounts(person_ids=[person_id for person_id, _ in held])
    waived = waived_trainings(held=held)
    vouchers = first_vouchers(held=held)
    bought = [(person_id, vouchers[award_id]) for person_id, award_id in held if award_id in vouchers]
    reached = progress_of_many(codes=bought)
    found = {}
    for person_id, award_id in held:
        account = accounts.get(person_id)
        facts, linked_at = account_facts(account), account.linked_at if account is not None else None
        got = reached.get(vouchers[award_id]) if award_id in vouchers else None
        if (waived_at := waived.get(award_id)) is not None:
            found[award_id] = Conditions(None, waived_at, waived_at, facts, linked_at, waived_at)
        elif got is None:
            found[award_id] = Conditions(None, None, None, facts, linked_at)
        else:
            found[award_id] = Conditions(
                got.completion_id, got.certificate_visible_from, got.rated_at, facts, linked_at
            )
    return found
