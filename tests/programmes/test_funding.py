"""A budget is booked once for each letter, by whoever may, and awards are made of it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest

from prakerja.access.actors import SYSTEM, Actor
from prakerja.access.models import OperatorRole, User
from prakerja.audit.models import Record
from prakerja.kernel.errors import Refused
from prakerja.ledger.models import Transfer
from prakerja.programmes.funding import MOST, fund_programme
from prakerja.reporting.proof import prove

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2021, 9, 1, tzinfo=UTC)


def operator(role: str) -> Actor:
    user = User.objects.create(email=f"{role}@contoh.example", name=role)
    OperatorRole.objects.create(id=uuid.uuid4(), user=user, role=role, given_at=AT)
    return Actor.operator(user)


def test_a_letter_counts_once_however_it_is_written() -> None:
    siti = operator("authoriser")
    assert fund_programme(amount=5_000_000, reference="SP2D 12/2026", actor=siti, at=AT) == 5_000_000
    for again in ("SP2D 12/2026", " sp2d  12/2026 "):
        with pytest.raises(Refused, match="funding_known"):
            fund_programme(amount=7, reference=again, actor=siti, at=AT)
    assert fund_programme(amount=1, reference="SP2D 13/2026", actor=SYSTEM, at=AT) == 5_000_001
    assert Transfer.objects.count() == 2
    [first, _] = Record.objects.filter(action="programme.funded").order_by("id")
    assert (first.data, first.actor_kind) == ({"amount": 5_000_000, "reference": "SP2D 12/2026"}, "operator")
    assert prove().ok


def test_what_is_no_budget_books_nothing() -> None:
    siti = operator("authoriser")
    for given, reason in (
        ({"amount": 0}, "funding_amount"),
        ({"amount": -5}, "funding_amount"),
        ({"amount": MOST + 1}, "funding_amount"),
        ({"reference": "  "}, "funding_reference"),
        ({"reference": "x" * 101}, "funding_reference"),
        ({"actor": operator("approver")}, "not_permitted"),
    ):
        asked = {"amount": 1, "reference": "SP2D 1", "actor": siti, "at": AT} | given
        with pytest.raises(Refused, match=reason):
            fund_programme(**asked)  # type: ignore[arg-type]
    assert not Transfer.objects.exists()
