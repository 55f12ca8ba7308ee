"""The thinnest path: a listed person buys and redeems, to the rupiah."""

from __future__ import annotations

from datetime import timedelta

import pytest

from prakerja.ledger.chart import Chart
from prakerja.ledger.models import Balance, Transfer
from prakerja.reporting.proof import prove
from prakerja.training.operations import redeem_code
from tests import builders as b


@pytest.mark.django_db(transaction=True)
def test_a_listed_person_buys_and_redeems() -> None:
    world = b.world()
    who = b.participant(world)
    _, run = b.course(world, price=475_000)
    receipt = b.buy(world, who, run)
    assert (receipt.amount, receipt.status) == (475_000, "succeeded")
    assert Balance.objects.get(person_id=who.person_id, account_id=Chart.WALLET).amount == 525_000
    code = b.code_of(who.person_id)
    status = redeem_code(institution_id=world.institution.partner_id, code=code, at=b.BUY_AT + timedelta(hours=12))
    assert (status.status, status.attendance_status) == (1, 1)
    proof = prove()
    assert [check for check in proof.checks if not check.ok] == []
    kinds = list(Transfer.objects.filter(person_id=who.person_id).order_by("id").values_list("kind", "amount"))
    assert kinds == [("fund", 1_000_000), ("reserve", 2_550_000), ("purchase", 475_000), ("redeem", 475_000)]
