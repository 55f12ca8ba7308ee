"""The locks of an award, always in this order: the wallet's balance, as every purchase takes it, then the award."""

from __future__ import annotations

import uuid

from prakerja.awards.facts import AwardFacts, facts_of
from prakerja.awards.models import Award
from prakerja.kernel.db import requires_transaction
from prakerja.wallets.operations import lock_wallet


@requires_transaction
def lock_award(*, person_id: uuid.UUID, award_id: uuid.UUID) -> AwardFacts:
    """Lock the award's row alone: planning and ending of one award wait for each other."""
    return facts_of(locked_award(person_id=person_id, award_id=award_id))


@requires_transaction
def lock_wallet_and_award(*, person_id: uuid.UUID, award_id: uuid.UUID) -> AwardFacts:
    """Lock wallet and award, for what may empty both: a purchase that holds the wallet has won, one that waits finds it."""
    return facts_of(locked_with_wallet(person_id=person_id, award_id=award_id))


@requires_transaction
def locked_award(*, person_id: uuid.UUID, award_id: uuid.UUID) -> Award:
    return Award.objects.select_for_update(no_key=True).get(person_id=person_id, id=award_id)


@requires_transaction
def locked_with_wallet(*, person_id: uuid.UUID, award_id: uuid.UUID) -> Award:
    wallet_id = Award.objects.values_list("wallet_id", flat=True).get(person_id=person_id, id=award_id)
    lock_wallet(person_id=person_id, wallet_id=wallet_id)
    return locked_award(person_id=person_id, award_id=award_id)
