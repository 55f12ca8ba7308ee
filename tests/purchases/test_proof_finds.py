"""The proof's checks of balances, ends and prices find what they are about: rows are painted past every guard, and it is asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F

from prakerja.awards.models import Award
from prakerja.catalogue.models import Listing
from prakerja.kernel.db import rows
from prakerja.ledger.models import Balance
from prakerja.purchases.models import Purchase
from prakerja.reporting.proof_checks import CHECKS
from prakerja.wallets.models import Wallet
from tests import builders as b
from tests.portal.world import painted

pytestmark = pytest.mark.django_db

BALANCE = "each running balance equals its transfers"
ENDED = "an ended award holds nothing"
PRICE = "no purchase before the videos, after the deadline or above the listed price"


@pytest.fixture
def bought() -> b.Participant:
    world = b.world()
    who = b.participant(world)
    _, run = b.course(world)
    b.buy(world, who, run)
    assert [found(name) for name in (BALANCE, ENDED, PRICE)] == [0, 0, 0]
    return who


def found(name: str) -> int:
    """How many rows a check says that differ."""
    (sql,) = [sql for known, _, sql in CHECKS if known == name]
    return len(rows(sql.replace("%", "%%")))


def test_a_balance_that_its_transfers_do_not_make(bought: b.Participant) -> None:
    Balance.objects.filter(person_id=bought.person_id, account_id=3).update(amount=F("amount") + 1)
    assert found(BALANCE) == 1
    Balance.objects.filter(person_id=bought.person_id).update(amount=F("amount") - 1)
    assert found(BALANCE) == 1


def test_an_end_that_left_money_behind(bought: b.Participant) -> None:
    wallet = Wallet.objects.filter(person_id=bought.person_id)
    wallet.update(closed_at=F("opened_at"))
    assert found(ENDED) == 1
    wallet.update(closed_at=None)
    with painted():
        Award.objects.filter(person_id=bought.person_id).update(status="withdrawn", ended_at=F("awarded_at"))
    # The wallet's and the reserve's.
    assert found(ENDED) == 2


def test_a_price_that_was_never_listed_and_a_purchase_before_the_videos(bought: b.Participant) -> None:
    listed = Listing.objects.filter(price__gt=0)
    prices = dict(listed.values_list("id", "price"))
    listed.update(price=1)
    assert found(PRICE) == 1
    for listing_id, price in prices.items():
        Listing.objects.filter(id=listing_id).update(price=price)
    assert found(PRICE) == 0
    purchase = Purchase.objects.get(person_id=bought.person_id)
    Award.objects.filter(person_id=bought.person_id).update(
        videos_done_at=purchase.authorised_at + timedelta(seconds=1)
    )
    assert found(PRICE) == 1
