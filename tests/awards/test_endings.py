"""How an award ends before its first purchase: revoked at the deadline, or given back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.awards.models import Award, Blacklist
from prakerja.awards.operations import revoke_unbought, withdraw_award
from prakerja.awards.tasks import next_revocation, run_revocations
from prakerja.intake.operations import ImportOutcome, ResultRow, import_results
from prakerja.kernel.clock import WIB
from prakerja.kernel.errors import Refused
from prakerja.ledger.models import Balance, Transfer
from prakerja.notifications.models import Message
from tests import builders as b

pytestmark = pytest.mark.django_db


def take(rows: list[ResultRow], *, wave: int = 21, announced_at: datetime = b.ANNOUNCED) -> ImportOutcome:
    return import_results(
        rows=rows,
        actor=SYSTEM,
        wave_number=wave,
        decree_number=f"SK-{wave}",
        announced_at=announced_at,
        at=announced_at,
    )


def test_worked_example_2_missed_deadline() -> None:
    """Revoked at 00:05 of day 31: 3,550,000 released, blacklisted for life, told by SMS; never awarded again."""
    b.world()
    listed = b.result_row()
    take([listed])
    due = next_revocation()
    assert due == datetime(2021, 10, 22, 0, 5, tzinfo=WIB)
    assert run_revocations(due - timedelta(seconds=1)) == 0
    assert run_revocations(due) == 1
    award = Award.objects.get()
    assert (award.status, award.end_reason, award.ended_at) == ("revoked", "no_purchase", due)
    released = dict(Transfer.objects.filter(kind__startswith="revoke").values_list("kind", "amount"))
    assert released == {"revoke_balance": 1_000_000, "revoke_reserve": 2_550_000}
    assert set(Balance.objects.values_list("amount", flat=True)) == {0}
    assert Blacklist.objects.count() == 1
    assert Message.objects.filter(template="revoked", channel="sms").count() == 1
    assert (next_revocation(), run_revocations(due)) == (None, 0)
    b_wave = b.world(wave=22)
    outcome = take([listed], wave=b_wave.wave.number, announced_at=datetime(2021, 11, 3, 20, 0, tzinfo=WIB))
    assert [why for _, why in outcome.rejected] == ["BLACKLIST"]


def test_a_buyer_is_not_revoked() -> None:
    world = b.world()
    who = b.participant(world)
    _, run = b.course(world)
    b.buy(world, who, run)
    assert next_revocation() is None
    assert not revoke_unbought(award_id=who.award.id, person_id=who.person_id, at=datetime(2021, 12, 24, tzinfo=WIB))
    with pytest.raises(Refused, match="already_bought"):
        withdraw_award(person_id=who.person_id, at=b.BUY_AT)


def test_withdrawal_uses_the_chance_up() -> None:
    world = b.world()
    who = b.participant(world)
    withdraw_award(person_id=who.person_id, at=b.BUY_AT)
    assert Award.objects.get().status == "withdrawn"
    assert Blacklist.objects.count() == 0
    assert set(Balance.objects.values_list("amount", flat=True)) == {0}
    with pytest.raises(Refused, match="award_ended"):
        withdraw_award(person_id=who.person_id, at=b.BUY_AT)
