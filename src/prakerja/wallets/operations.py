"""Fund · spend · expire: the training balance of an award. Spending stands in the hot call `authorise`."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.kernel.db import copy_in, requires_transaction
from prakerja.kernel.ids import new_id
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import empty_balance, lock_balance
from prakerja.wallets.models import Wallet


@requires_transaction
def open_wallets(
    *, balances: Sequence[tuple[uuid.UUID, uuid.UUID]], spendable_until: datetime | None, actor: Actor, at: datetime
) -> list[uuid.UUID]:
    """Make a wallet over each (person, balance), set-based. Returns their ids in order. `spendable_until` is exclusive."""
    wallets = [
        Wallet(
            id=new_id(),
            person_id=person_id,
            balance_id=balance_id,
            opened_at=at,
            spendable_until=spendable_until,
            spendable_set_at=at,
            spendable_set_by=actor.traced,
        )
        for person_id, balance_id in balances
    ]
    copy_in(wallets)
    return [wallet.id for wallet in wallets]


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


@requires_transaction
def sweep_wallet(*, person_id: uuid.UUID, wallet_id: uuid.UUID, event_id: uuid.UUID, at: datetime) -> int | None:
    """Close a wallet whose last moment to spend has passed; what it holds goes to the treasury (rules.md 14.5, 14.7).

    Returns the rupiah swept, maybe 0, or None when it is closed already or may still be spent. The caller holds the
    balance, as every purchase does.
    """
    wallet = Wallet.objects.get(person_id=person_id, id=wallet_id)
    if wallet.closed_at is not None or wallet.spendable_until is None or at < wallet.spendable_until:
        return None
    return close_wallet(
        person_id=person_id,
        wallet_id=wallet_id,
        event_id=event_id,
        kind="sweep",
        credit=int(Chart.TREASURY),
        at=at,
    )
