"""Accounts and immutable transfers (money.md "Accounts"). A person is only an opaque person_id here: no import, no foreign key.

Debit = the account that money leaves, credit = where it arrives; an account's balance is Σ credits − Σ debits. Only a
participant's own accounts carry a running balance: one hot row for the programme cut throughput seven times (ADR 0005).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from prakerja.kernel.models import (
    KeyedRow,
    OwnedReference,
    OwnedRow,
    owned_foreign_key,
    owned_key,
    unindexed_foreign_key,
)


class Account(models.Model):
    id = models.IntegerField(primary_key=True)
    # `treasury`, …, `payable:<institution>`, `in_transit:<rail>`, `paid_out:<provider>`.
    code = models.TextField(unique=True)
    has_running_balance = models.BooleanField(default=False)


class Balance(OwnedRow):
    account = unindexed_foreign_key("ledger.Account")
    amount = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            owned_key("ledger_balance"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="ledger_balance_not_negative"),
        ]


class Transfer(KeyedRow):
    # Nil for the programme's own transfers (a budget arriving).
    person_id = models.UUIDField(null=True)
    event_id = models.UUIDField()
    kind = models.TextField()
    debit = unindexed_foreign_key("ledger.Account")
    credit = unindexed_foreign_key("ledger.Account")
    # The one running balance that this transfer moves, when it touches an account of a person.
    balance = owned_foreign_key("ledger.Balance", null=True)
    amount = models.BigIntegerField()
    at = models.DateTimeField()
    reverses_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            OwnedReference(name="ledger_transfer_balance", field="balance", to="ledger_balance"),
            models.UniqueConstraint(
                fields=["person_id", "event_id", "kind"], name="ledger_transfer_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="ledger_transfer_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="ledger_transfer_two_accounts"),
        ]
