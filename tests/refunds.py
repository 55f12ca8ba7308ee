"""A second payer, for tests: it owes participants refunds out of the treasury, and remembers what it was told."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import pytest
from django.db import connection
from pytest_django import Settings

from prakerja.disbursements.payers import Payment, Stay, payer_of
from prakerja.ledger.chart import Chart


class Refunds:
    """Owes participants a refund out of the treasury, and remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.stay: Stay | None = None
        # A payment about which it cannot be told anything.
        self.refuses: uuid.UUID | None = None

    def owed_from(self, *, payment: Payment) -> int:
        return int(Chart.TREASURY)

    def lock(self, *, payments: Sequence[Payment], waits: bool) -> set[uuid.UUID]:
        assert connection.in_atomic_block
        return {payment.owed_id for payment in payments}

    def may_leave(self, *, payments: Sequence[Payment], at: datetime) -> dict[uuid.UUID, Stay]:
        return {} if self.stay is None else dict.fromkeys([payment.payment_id for payment in payments], self.stay)

    def on_sent(self, *, payments: Sequence[Payment], at: datetime) -> None:
        self.told += ["sent"] * len(payments)

    def on_settled(self, *, payments: Sequence[Payment], at: datetime) -> None:
        if self.refuses in [payment.payment_id for payment in payments]:
            raise RuntimeError("not this one")
        self.told += ["settled"] * len(payments)

    def on_failed(self, *, payment: Payment, problem: Literal["failed", "held"], reason: str, at: datetime) -> None:
        self.told.append(f"{problem}: {reason}")

    def on_returned(self, *, payment: Payment, reason: str, at: datetime) -> None:
        self.told.append(f"returned: {reason}")

    def is_owed(self, *, payment: Payment) -> bool:
        return True


REFUNDS = Refunds()


@pytest.fixture
def refunds(settings: Settings) -> Refunds:
    settings.PAYERS = settings.PAYERS | {"refunds": f"{__name__}.REFUNDS"}
    payer = payer_of("refunds")
    assert isinstance(payer, Refunds)
    payer.told, payer.stay, payer.refuses = [], None, None
    return payer
