"""The locks of an award, always in this order: the wallet's balance, as every purchase takes it, then the award."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from prakerja.awards.facts import AwardFacts, facts_of
from prakerja.awards.models import Award
from prakerja.kernel.db import requires_transaction, rows
from prakerja.wallets.operations import lock_wallet, lock_wallets


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


_MANY = """
SELECT award.id, award.person_id, award.wave_id, award.scheme_version_id, award.wallet_id, award.reserve_id, award.status,
       award.purchase_deadline_at, award.videos_done_at, award.first_purchase_at, award.training_waived_at
  FROM unnest(%s::uuid[], %s::uuid[]) AS given (person_id, id)
  JOIN awards_award award ON award.person_id = given.person_id AND award.id = given.id
 ORDER BY award.id FOR NO KEY UPDATE OF award SKIP LOCKED"""


_WALLETS = """
SELECT award.person_id, award.id, award.wallet_id FROM unnest(%s::uuid[], %s::uuid[]) AS given (person_id, id)
  JOIN awards_award award ON award.person_id = given.person_id AND award.id = given.id"""


@requires_transaction
def note_planned(*, awards: Sequence[tuple[uuid.UUID, uuid.UUID]], at: datetime) -> None:
    """Write down of many awards, as (person, award), that the caller has locked, that their incentives are planned."""
    Award.objects.filter(
        person_id__any_of={person_id for person_id, _ in awards}, id__any_of=[award_id for _, award_id in awards]
    ).update(incentives_planned_at=at)


@requires_transaction
def lock_awards(*, awards: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> list[AwardFacts]:
    """Lock many awards, as (person, award); those that somebody else holds are left out. Wallets come before them."""
    return [AwardFacts(*one) for one in rows(_MANY, [[one for one, _ in awards], [one for _, one in awards]])]


@requires_transaction
def lock_wallets_and_awards(*, awards: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> list[AwardFacts]:
    """`lock_wallet_and_award` of many, as (person, award); those whose wallet or award somebody else holds are left out."""
    wallets = rows(_WALLETS, [[one for one, _ in awards], [one for _, one in awards]])
    free = lock_wallets(wallets=[(person_id, wallet_id) for person_id, _, wallet_id in wallets], skip_locked=True)
    return lock_awards(awards=[(person_id, award_id) for person_id, award_id, wallet in wallets if wallet in free])
