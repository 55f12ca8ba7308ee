"""The training balance of an award. "Wallet" is only this; a bank account or e-wallet is a PayoutAccount."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.kernel.models import OwnedReference, PersonRow, owned_foreign_key, owned_key


class Wallet(PersonRow):
    balance = owned_foreign_key("ledger.Balance")
    opened_at = models.DateTimeField()
    # Exclusive: the year's balance cut-off, or the end of the next-purchase window (2023). Null while neither runs.
    spendable_until = models.DateTimeField(null=True)
    # When that end was set and by whom. Null in rows older than the column.
    spendable_set_at = models.DateTimeField(null=True)
    spendable_set_by = models.TextField(blank=True, default="", db_default="")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            owned_key("wallets_wallet", "person"),
            OwnedReference(name="wallets_wallet_balance_owned", field="balance", to="ledger_balance"),
            models.UniqueConstraint(fields=["person", "balance"], name="wallets_wallet_balance_once"),
        ]
        # In this order they are swept, a chunk at a time.
        indexes = [
            models.Index(fields=["spendable_until", "id"], name="wallets_wallet_swept", condition=Q(closed_at=None))
        ]
