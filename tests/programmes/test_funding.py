"""A budget is booked once for each letter, by two operators, and awards are made of it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest

from prakerja.access.actors import SYSTEM, Actor
from prakerja.access.models import OperatorRole, User
from prakerja.audit.models import Record
from prakerja.kernel.errors import Refused
from prakerja.ledger.models import Transfer
from prakerja.programmes.funding import (
    MOST,
    FundingAhead,
    booked_fundings,
    confirm_funding,
    look_ahead,
    prepare_funding,
    take_back_funding,
    waiting_fundings,
)
from prakerja.reporting.proof import prove

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2021, 9, 1, tzinfo=UTC)


def operator(role: str, name: str = "") -> Actor:
    user = User.objects.create(email=f"{name or role}@contoh.example", name=name or role)
    OperatorRole.objects.create(id=uuid.uuid4(), user=user, role=role, given_at=AT)
    return Actor.operator(user)


def test_a_letter_counts_once_however_it_is_written() -> None:
    siti, budi = operator("approver"), operator("authoriser")
    first = prepare_funding(amount=5_000_000, reference="SP2D 12/2026", actor=siti, at=AT)
    assert not Transfer.objects.exists()
    assert look_ahead(amount=1, reference="x") == FundingAhead(amount=1, reference="x", holds=0, will_hold=1)
    assert confirm_funding(digest=first.digest, actor=budi, at=AT) == 5_000_000
    for again in ("SP2D 12/2026", " sp2d  12/2026 "):
        with pytest.raises(Refused, match="funding_known"):
            prepare_funding(amount=7, reference=again, actor=siti, at=AT)
    second = prepare_funding(amount=1, reference="SP2D 13/2026", actor=siti, at=AT)
    assert confirm_funding(digest=second.digest, actor=budi, at=AT) == 5_000_001
    with pytest.raises(Refused, match="nothing_prepared"):
        confirm_funding(digest=second.digest, actor=budi, at=AT)
    assert Transfer.objects.count() == 2
    [booked, _] = Record.objects.filter(action="programme.funded").order_by("id")
    assert (booked.actor_id, booked.data) == (
        budi.id,
        {"amount": 5_000_000, "reference": "SP2D 12/2026", "digest": first.digest},
    )
    assert [one.reference for one in booked_fundings(most=9)] == ["SP2D 13/2026", "SP2D 12/2026"]
    assert prove().ok


def test_nobody_books_what_they_prepared_and_nobody_replaces_anothers() -> None:
    siti, tono, budi = operator("approver"), operator("approver", "tono"), operator("authoriser")
    both = operator("approver", "dua")
    first = prepare_funding(amount=5, reference="SP2D 1", actor=siti, at=AT)
    with pytest.raises(Refused, match="not_permitted"):
        confirm_funding(digest=first.digest, actor=siti, at=AT)
    with pytest.raises(Refused, match="funding_waits"):
        prepare_funding(amount=6, reference="sp2d 1", actor=tono, at=AT)
    # What was read is what is booked: one that took its place has another digest.
    second = prepare_funding(amount=50, reference="SP2D 1", actor=siti, at=AT)
    with pytest.raises(Refused, match="nothing_prepared"):
        confirm_funding(digest=first.digest, actor=budi, at=AT)
    # Whose role was changed since they prepared it is still whoever prepared it.
    OperatorRole.objects.filter(user_id=siti.id).update(role="authoriser")
    with pytest.raises(Refused, match="same_operator"):
        confirm_funding(digest=second.digest, actor=siti, at=AT)
    assert [one.digest for one in waiting_fundings()] == [second.digest]
    assert not take_back_funding(digest=second.digest, actor=tono, at=AT)
    assert not take_back_funding(digest=second.digest, actor=tono, at=AT)
    assert waiting_fundings()[0].back_asked_by == tono.id
    assert take_back_funding(digest=second.digest, actor=both, at=AT)
    assert waiting_fundings() == []
    assert not Transfer.objects.exists()
    prepare_funding(amount=6, reference="sp2d 1", actor=tono, at=AT)


def test_what_is_no_budget_books_nothing() -> None:
    siti = operator("approver")
    for given, reason in (
        ({"amount": 0}, "funding_amount"),
        ({"amount": -5}, "funding_amount"),
        ({"amount": MOST + 1}, "funding_amount"),
        ({"reference": "  "}, "funding_reference"),
        ({"reference": "x" * 101}, "funding_reference"),
        ({"actor": operator("authoriser")}, "not_permitted"),
        # Neither the programme nor whoever sits at its machine is one of two.
        ({"actor": SYSTEM}, "operator_needed"),
    ):
        asked = {"amount": 1, "reference": "SP2D 1", "actor": siti, "at": AT} | given
        with pytest.raises(Refused, match=reason):
            prepare_funding(**asked)  # type: ignore[arg-type]
    assert not Transfer.objects.exists()
    assert waiting_fundings() == []
