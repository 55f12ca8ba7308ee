"""Read what accounts hold."""

from __future__ import annotations

from django.db.models import Sum

from prakerja.ledger.chart import Chart
from prakerja.ledger.models import Transfer


def holds(*, account: Chart) -> int:
    """What an account of the programme holds, in rupiah: what arrived less what left (rules of the ledger, docs/money.md)."""
    arrived = Transfer.objects.filter(credit_id=int(account)).aggregate(total=Sum("amount"))["total"] or 0
    left = Transfer.objects.filter(debit_id=int(account)).aggregate(total=Sum("amount"))["total"] or 0
    return int(arrived - left)
