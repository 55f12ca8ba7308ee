"""Who bought nothing is revoked after the deadline: some hundreds of people at a time, one statement for each table.

Nobody is revoked whom we could not tell (`holding`): of each chunk those are held first, and the others are revoked.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from prakerja.access.actors import SYSTEM
from prakerja.audit.operations import record_each
from prakerja.awards.blacklisting import blacklist_people
from prakerja.awards.due import FOLLOWS, Overdue, next_unreckoned, revocation_of
from prakerja.awards.holding import Untold, hold_some
from prakerja.awards.models import Award
from prakerja.awards.states import AWARD_STATES
from prakerja.kernel.db import requires_transaction, row, rows, transaction
from prakerja.kernel.due import in_chunks
from prakerja.kernel.looks import Question, follows_from
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import Emptied, empty_balances, lock_balances
from prakerja.notifications.operations import Notice, queue_many
from prakerja.wallets.operations import close_wallets, lock_wallets

# People who are revoked in one transaction, whose wallets are locked meanwhile.
CHUNK = 250
# The condition of the index: it was ahead when it was set, and nobody has to decide first (`models.REVOCABLE`). It holds still.
_REVOCABLE = f"""award.status = 'active' AND award.first_purchase_at IS NULL
   AND (award.deadline_set_at IS NULL OR award.deadline_set_at < award.purchase_deadline_at)
   AND (award.revocation_held_at IS NULL OR award.revocation_released_at IS NOT NULL)
   AND NOT {FOLLOWS}"""
_OVERDUE = f"""
SELECT award.person_id, award.id, award.wallet_id, award.revoke_at FROM awards_award award
 WHERE {_REVOCABLE} AND award.revoke_at <= %(at)s AND (award.revoke_at, award.id) > (%(since)s, %(after)s)
 ORDER BY award.revoke_at, award.id LIMIT %(most)s"""
_NEXT = f"""
SELECT award.revoke_at FROM awards_award award
 WHERE {_REVOCABLE} AND award.revoke_at IS NOT NULL ORDER BY award.revoke_at LIMIT 1"""
# By the index of what is not reckoned: usually nothing.
_UNRECKONED = f"""
SELECT DISTINCT award.scheme_version_id, award.purchase_deadline_at FROM awards_award award
 WHERE {_REVOCABLE} AND (award.remind_at IS NULL OR award.revoke_at IS NULL) AND award.revoke_at IS NULL"""
_LOCKED = f"""
SELECT award.person_id, award.id, award.wallet_id, award.reserve_id, award.scheme_version_id, award.purchase_deadline_at,
       award.revocation_held_at
  FROM unnest(%s::uuid[], %s::uuid[]) AS given (person_id, id)
  JOIN awards_award award ON award.person_id = given.person_id AND award.id = given.id
 WHERE {_REVOCABLE} ORDER BY award.id FOR NO KEY UPDATE OF award"""


@follows_from(Question(_NEXT), next_unreckoned)
def next_revocation(first: datetime | None, unreckoned_since: datetime | None) -> datetime | None:
    """The first run that has somebody to revoke: the first of an index."""
    unreckoned = rows(_UNRECKONED) if unreckoned_since else []
    instants = [revocation_of(scheme_version_id=version, deadline_at=end) for version, end in unreckoned]
    return min([*instants, *filter(None, [first])], default=None)


def revocations_left(at: datetime) -> int:
    """How many awards wait for a revocation that is due at `at`."""
    found = row(f"SELECT count(*) FROM awards_award award WHERE {_REVOCABLE} AND award.revoke_at <= %s", [at])
    return int(found[0]) if found else 0


def revoke_overdue(*, at: datetime, wall: datetime, chunk: int = CHUNK) -> int:
    """Hold what an operator has to decide, revoke the others whose first purchase is overdue. Returns how many of both.

    Everything unspent returns to the programme, the card is off, the NIK is blacklisted for life, and an SMS says so
    (article; rules.md 8.1). The wallets are locked first: whoever holds one decides and is left for the next run,
    and a purchase that was authorised before the deadline has won. `wall` is the wall time, by which it is known
    whether what sends is alive.
    """
    return in_chunks(_step(at=at, untold=Untold(wall=wall), most=chunk))


def _step(*, at: datetime, untold: Untold, most: int) -> Callable[[], int | None]:
    since, after = datetime(1970, 1, 1, tzinfo=UTC), uuid.UUID(int=0)

    def step() -> int | None:
        nonlocal since, after
        with transaction():
            found = rows(_OVERDUE, {"at": at, "since": since, "after": after, "most": most})
            if not found:
                return None
            since, after = found[-1][3], found[-1][1]
            free = lock_wallets(wallets=[(person, wallet) for person, _, wallet, _ in found], skip_locked=True)
            chosen = [(person, award) for person, award, wallet, _ in found if wallet in free]
            overdue = _overdue(chosen, skip_locked=True, at=at)
            held = hold_some(overdue=[one for one in overdue if one.held_at is None], untold=untold, at=at)
            rest = [one for one in overdue if one.award_id not in held]
            _revoke(rest, at=at)
        return len(overdue)

    return step


def revoke_unbought(*, award_id: uuid.UUID, person_id: uuid.UUID, at: datetime) -> bool:
    """Revoke one award whose first purchase is overdue. False when a purchase came first; then nothing changes. So too when
    the deadline had passed as it was set, or an operator has to decide first (`holding`).

    As `revoke_overdue`, but it waits for whoever holds the wallet.
    """
    with transaction():
        found = rows("SELECT wallet_id FROM awards_award WHERE person_id = %s AND id = %s", [person_id, award_id])
        lock_wallets(wallets=[(person_id, wallet_id) for (wallet_id,) in found])
        overdue = _overdue([(person_id, award_id)], skip_locked=False, at=at)
        _revoke(overdue, at=at)
    return bool(overdue)


@requires_transaction
def _overdue(chosen: Sequence[tuple[uuid.UUID, uuid.UUID]], *, skip_locked: bool, at: datetime) -> list[Overdue]:
    """Those of the awards, as (person, award), that may be revoked now that their wallets are locked; locked themselves.

    Some minutes after the deadline: what was debited at 23:59:59 has committed by then (rules.md 14.3).
    """
    statement = _LOCKED + (" SKIP LOCKED" if skip_locked else "")
    found = [Overdue(*one) for one in rows(statement, [[one for one, _ in chosen], [one for _, one in chosen]])]
    return [
        one
        for one in found
        if at >= revocation_of(scheme_version_id=one.scheme_version_id, deadline_at=one.deadline_at)
    ]


@requires_transaction
def _revoke(overdue: Sequence[Overdue], *, at: datetime) -> None:
    if not overdue:
        return
    funds = int(Chart.PROGRAMME_FUNDS)
    closed = close_wallets(
        events=[(one.person_id, one.wallet_id, one.award_id) for one in overdue],
        kind="revoke_balance",
        credit=funds,
        at=at,
    )
    reserves = [Emptied(one.person_id, one.reserve_id, one.award_id) for one in overdue]
    lock_balances(balances=[(one.person_id, one.balance_id) for one in reserves])
    emptied = empty_balances(emptied=reserves, kind="revoke_reserve", credit=funds, at=at)
    Award.objects.filter(id__any_of=[one.award_id for one in overdue]).update(
        status=AWARD_STATES.target("revoke"), ended_at=at, end_reason="no_purchase", suspended_at=None
    )
    blacklist_people(person_ids=[one.person_id for one in overdue], reason="no_purchase", at=at)
    for deadline in sorted({one.deadline_at for one in overdue}):
        queue_many(
            template="revoked",
            channels=("sms", "dashboard"),
            notices=(
                Notice(one.person_id, {"deadline": deadline.isoformat()}, f"revoked:{one.award_id}")
                for one in overdue
                if one.deadline_at == deadline
            ),
            at=at,
            may_be_known=True,
            queue=deadline.isoformat(),
        )
    record_each(
        action="award.revoked",
        at=at,
        actor=SYSTEM,
        subject_kind="award",
        told=(
            (
                one.person_id,
                one.award_id,
                {
                    "released": closed.get(one.wallet_id, 0) + emptied.get(one.reserve_id, 0),
                    "reason": "no_purchase",
                },
            )
            for one in overdue
        ),
    )
