"""Read the training balance."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from prakerja.kernel.db import rows
from prakerja.wallets.models import Wallet


@dataclass(frozen=True)
class WalletState:
    """What it holds in rupiah, and until when it may be spent (exclusive); `closed_at` ends it for good."""

    balance_id: uuid.UUID
    balance: int
    spendable_until: datetime | None
    closed_at: datetime | None


def wallet(*, person_id: uuid.UUID, wallet_id: uuid.UUID) -> WalletState:
    """The wallet as it stands."""
    found = Wallet.objects.select_related("balance").get(person_id=person_id, id=wallet_id)
    return WalletState(found.balance_id, found.balance.amount, found.spendable_until, found.closed_at)


class OpenWallet(NamedTuple):
    """A wallet that is not closed: where its money is, and until when it may be spent (exclusive)."""

    balance_id: uuid.UUID
    spendable_until: datetime | None


def open_wallets_of(*, wallets: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> dict[uuid.UUID, OpenWallet]:
    """Those of the wallets, as (person, wallet), that are open."""
    found = rows(
        "SELECT wallet.id, wallet.balance_id, wallet.spendable_until"
        " FROM unnest(%s::uuid[], %s::uuid[]) AS given (person_id, id)"
        " JOIN wallets_wallet wallet ON wallet.person_id = given.person_id AND wallet.id = given.id"
        " WHERE wallet.closed_at IS NULL",
        [[one for one, _ in wallets], [one for _, one in wallets]],
    )
    return {wallet_id: OpenWallet(*rest) for wallet_id, *rest in found}
