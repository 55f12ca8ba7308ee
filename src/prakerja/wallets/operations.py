"""Fund · spend · expire: the training balance of an award. Spending stands in the hot call `authorise`."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from prakerja.access.actors import Actor
from prakerja.kernel.db import requires_transaction, rows
from prakerja.ledger.operations import Emptied, empty_balance, empty_balances, lock_balance, lock_balances
from prakerja.wallets.models import Wallet


@requires_transaction
def open_wallets(
    *, source: str, wallet: str, balance: str, spendable_until: datetime | None, actor: Actor, at: datetime
) -> None:
    """Make a wallet for every row of the temporary table `source`, set-based. `spendable_until` is exclusive.

    `wallet` and `balance` are the columns with the ids of the wallet and of its balance; `person_id` says whose it is.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO wallets_wallet "
            "(id, person_id, balance_id, opened_at, spendable_until, spendable_set_at, spendable_set_by) "
            f"SELECT {wallet}, person_id, {balance}, %s, %s, %s, %s FROM {source}",
            [at, spendable_until, at, actor.traced],
        )


@requires_transaction
def lock_wallet(*, person_id: uuid.UUID, wallet_id: uuid.UUID) -> Wallet:
    """The wallet, read after its balance was locked: the one lock of everything that spends, refunds, sweeps, revokes."""
    balance_id = Wallet.objects.values_list("balance_id", flat=True).get(person_id=person_id, id=wallet_id)
    lock_balance(person_id=person_id, balance_id=balance_id)
    return Wallet.objects.get(person_id=person_id, id=wallet_id)


@requires_transaction
def set_spendable_until(
    *, person_id: uuid.UUID, wallet_id: uuid.UUID, until: datetime | None, actor: Actor, at: datetime
) -> None:
    """Set the exclusive end of spending of a wallet that is open; None: it has no end for now.

    The end is ahead, but for the year's cut-off, which was the end before. The row keeps who set it and when.
    """
    Wallet.objects.filter(person_id=person_id, id=wallet_id, closed_at=None).update(
        spendable_until=until, spendable_set_at=at, spendable_set_by=actor.traced
    )


@requires_transaction
def spendable_at_least_until(*, wallet: Wallet, until: datetime, actor: Actor, at: datetime) -> None:
    """Move the exclusive end of spending later, never earlier. The caller holds the balance; the row keeps who and when."""
    Wallet.objects.filter(person_id=wallet.person_id, id=wallet.id, spendable_until__lt=until).update(
        spendable_until=until, spendable_set_at=at, spendable_set_by=actor.traced
    )


@requires_transaction
def all_spendable_at_least_until(
    *, wallets: Sequence[tuple[uuid.UUID, uuid.UUID]], until: datetime, actor: Actor, at: datetime
) -> None:
    """The same for many wallets, as (person, wallet), that are open and have an end, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE wallets_wallet wallet SET spendable_until = %s, spendable_set_at = %s, spendable_set_by = %s"
            " FROM unnest(%s::uuid[], %s::uuid[]) AS given (person_id, id)"
            " WHERE wallet.person_id = given.person_id AND wallet.id = given.id AND wallet.closed_at IS NULL"
            " AND wallet.spendable_until < %s",
            [until, at, actor.traced, [one for one, _ in wallets], [one for _, one in wallets], until],
        )


@requires_transaction
def open_windows(
    *, wallets: Sequence[tuple[uuid.UUID, uuid.UUID]], until: datetime, actor: Actor, at: datetime
) -> None:
    """Give an exclusive end of spending, which lies ahead, to those of these wallets, as (person, wallet), that are open and
    have none. The caller has locked them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE wallets_wallet wallet SET spendable_until = %s, spendable_set_at = %s, spendable_set_by = %s"
            " FROM unnest(%s::uuid[], %s::uuid[]) AS given (person_id, id)"
            " WHERE wallet.person_id = given.person_id AND wallet.id = given.id AND wallet.closed_at IS NULL"
            " AND wallet.spendable_until IS NULL",
            [until, at, actor.traced, [one for one, _ in wallets], [one for _, one in wallets]],
        )


@requires_transaction
def close_wallet(
    *, person_id: uuid.UUID, wallet_id: uuid.UUID, event_id: uuid.UUID, kind: str, credit: int, at: datetime
) -> int:
    """Close a wallet for good and move what it holds to account `credit`. Returns the rupiah moved, maybe 0.

    A wallet that was closed before (swept at a cut-off) holds nothing and keeps its instant.
    The balance is locked first, as every purchase does: a purchase that holds it wins, one that waits finds it closed.
    """
    wallet = Wallet.objects.get(person_id=person_id, id=wallet_id)
    if wallet.closed_at is not None:
        return 0
    moved = empty_balance(
        person_id=person_id, balance_id=wallet.balance_id, event_id=event_id, kind=kind, credit=credit, at=at
    )
    Wallet.objects.filter(person_id=person_id, id=wallet_id).update(closed_at=at)
    return moved


_OPEN = """
SELECT wallet.person_id, wallet.id, wallet.balance_id, wallet.spendable_until
  FROM unnest(%s::uuid[], %s::uuid[]) AS given (person_id, id)
  JOIN wallets_wallet wallet ON wallet.person_id = given.person_id AND wallet.id = given.id
 WHERE wallet.closed_at IS NULL"""

_CLOSE = """
UPDATE wallets_wallet wallet SET closed_at = %s
  FROM unnest(%s::uuid[], %s::uuid[]) AS given (person_id, id)
 WHERE wallet.person_id = given.person_id AND wallet.id = given.id"""


@requires_transaction
def lock_wallets(*, wallets: Sequence[tuple[uuid.UUID, uuid.UUID]], skip_locked: bool = False) -> set[uuid.UUID]:
    """Lock the balances of these wallets, as (person, wallet), as every purchase does; returns the wallets that are locked.

    `skip_locked`: those that somebody else holds are left out.
    """
    pairs = [[one for one, _ in wallets], [one for _, one in wallets]]
    found = rows(
        "SELECT wallet.person_id, wallet.balance_id, wallet.id FROM unnest(%s::uuid[], %s::uuid[]) AS given (person_id, id)"
        " JOIN wallets_wallet wallet ON wallet.person_id = given.person_id AND wallet.id = given.id",
        pairs,
    )
    locked = lock_balances(balances=[(person, balance) for person, balance, _ in found], skip_locked=skip_locked)
    return {wallet_id for _, balance, wallet_id in found if balance in locked}


@requires_transaction
def close_wallets(
    *, events: Sequence[tuple[uuid.UUID, uuid.UUID, uuid.UUID]], kind: str, credit: int, at: datetime
) -> dict[uuid.UUID, int]:
    """Close many wallets for good, as (person, wallet, event), and move what they hold to `credit`.

    Returns the rupiah moved by wallet; one that was closed before is not in it. The caller has locked them (`lock_wallets`).
    """
    event_of = {wallet_id: event_id for _, wallet_id, event_id in events}
    open_ = rows(_OPEN, [[one for one, _, _ in events], list(event_of)])
    moved = empty_balances(
        emptied=[Emptied(person, balance, event_of[wallet]) for person, wallet, balance, _ in open_],
        kind=kind,
        credit=credit,
        at=at,
    )
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, [at, [person for person, *_ in open_], [wallet for _, wallet, *_ in open_]])
    return {wallet: moved.get(balance, 0) for _, wallet, balance, _ in open_}
