"""Who owes money and has it paid: what a payer must be able to say, and the one place where a kind becomes a payer.

Disbursements carries a payment from its draft to its end and never asks what it is for. Incentives are the first payer.
`config` hands payers over by the setting PAYERS (kind → dotted path), as it does with what a lower package needs from an
upper one. Settlement with institutions is the second: docs/architecture.md, "Payments", says what it adds.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Literal, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment, as its payer sees it. `owed_id` is the payer's own row; `amount` is whole rupiah."""

    person_id: uuid.UUID
    payment_id: uuid.UUID
    payer: str
    owed_id: uuid.UUID
    account_id: uuid.UUID
    amount: int
    pay_date: date
    reference: str
    rail: str


@dataclass(frozen=True, slots=True)
class Stay:
    """Why a draft must not leave: it is held or cancelled. `outcome` is the payer's word for what became of it."""

    verb: Literal["hold", "cancel"]
    reason: str
    outcome: str


class Payer(Protocol):
    """Every method but `owed_from` runs inside the transaction of the step that it is told of, its rows locked first.

    What happens to a whole wave at once comes as many payments of one transaction; each is another debt.
    """

    def owed_from(self, *, payment: Payment) -> int:
        """The ledger account that the money leaves when it is sent, and comes back to when it was not paid."""

    def lock(self, *, payments: Sequence[Payment], waits: bool) -> set[uuid.UUID]:
        """Lock the payer's own rows in the order of their ids, before the payments', in every step. Returns which (`owed_id`).

        Without `waits`, rows that somebody else holds are left out.
        """

    def may_leave(self, *, payments: Sequence[Payment], at: datetime) -> Mapping[uuid.UUID, Stay]:
        """The last look before the money is sent: which stay, by payment; the payer writes down what follows from a `Stay`."""

    def on_sent(self, *, payments: Sequence[Payment], at: datetime) -> None:
        """The money is in transit."""

    def on_settled(self, *, payments: Sequence[Payment], at: datetime) -> None:
        """The money arrived; also when that turned out late, after `on_failed` or `on_returned`."""

    def on_failed(self, *, payment: Payment, problem: Literal["failed", "held"], reason: str, at: datetime) -> None:
        """No money moved and none will; it is owed again. `held`: the rail keeps it back for good."""

    def on_returned(self, *, payment: Payment, reason: str, at: datetime) -> None:
        """The money arrived and came back; it is owed again."""

    def is_owed(self, *, payment: Payment) -> bool:
        """Whether the money still waits in `owed_from`, so that a late arrival can be taken from there."""


@cache
def payer_of(kind: str) -> Payer:
    """The payer of this kind. A kind that no setting names is a mistake of the installation (KeyError)."""
    return cast("Payer", import_string(settings.PAYERS[kind]))
