"""Read what accounts hold."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import Sum

from prakerja.ledger.chart import Chart
from prakerja.ledger.models import Balance, Transfer


def holds(*, account: Chart) -> int:
    """What an account of the programme holds, in rupiah: what arrived less what left."""
    arrived = Transfer.objects.filter(credit_id=int(account)).aggregate(total=Sum("amount"))["total"] or 0
    left = Transfer.objects.filter(debit_id=int(account)).aggregate(total=Sum("amount"))["total"] or 0
    return int(arrived - left)


def is_posted(*, event_id: uuid.UUID, kind: str) -> bool:
    """Whether an event moved money by a transfer of this kind."""
    return Transfer.objects.filter(event_id=event_id, kind=kind).exists()


def balance(*, person_id: uuid.UUID, balance_id: uuid.UUID) -> int:
    """What a person's wallet or reserve holds, in rupiah."""
    return Balance.objects.values_list("amount", flat=True).get(person_id=person_id, id=balance_id)


def balances(*, balance_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """The same of many, by their ids."""
    return dict(Balance.objects.filter(id__any_of=set(balance_ids)).values_list("id", "amount"))
