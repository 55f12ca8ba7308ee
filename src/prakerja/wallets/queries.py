"""Read the training balance."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

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
