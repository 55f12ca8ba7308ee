"""What a suspension means for the paying side: held, never lost; and what ends with an award that stays suspended."""

from __future__ import annotations

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.awards.models import Award, Blacklist
from prakerja.awards.operations import reinstate_award, suspend_award
from prakerja.incentives.models import Incentive
from prakerja.incentives.operations import revoke_suspended
from prakerja.kernel.errors import Refused
from prakerja.notifications.models import Message
from prakerja.wallets.models import Wallet
from tests.builders import Participant, World, world
from tests.money import (
    books,
    buy_class,
    incentives,
    link,
    participant_with_phone,
    redeem_class,
    report,
    review,
    reviewed,
    run_until,
    transfers,
    wib,
)


@pytest.fixture
def three(g21: World) -> Participant:
    return participant_with_phone(g21, phone="081210000033")


def stop(who: Participant, at: str) -> None:
    suspend_award(person_id=who.person_id, award_id=who.award.id, reason="laporan 17", actor=SYSTEM, at=wib(at))


def clear(who: Participant, at: str) -> None:
    reinstate_award(person_id=who.person_id, award_id=who.award.id, reason="tidak terbukti", actor=SYSTEM, at=wib(at))


def test_what_falls_due_is_held_until_the_award_is_active_again(g21: World, three: Participant) -> None:
    reviewed(g21, three)
    run_until(wib("2021-10-11 00:00"))
    before = books(three)
    stop(three, "2021-10-11 00:00")
    assert books(three) == before
    run_until(wib("2021-10-12 12:00"))
    assert Incentive.objects.get(person_id=three.person_id, number=1).hold_reason == "award_suspended"
    assert transfers(three, "send") == []
    assert books(three)["incentives_payable"] == 600_000
    # Seven days later nothing is cleared, so it is held again.
    run_until(wib("2021-10-20 12:00"))
    assert incentives(three)[0][2] == "held"
    clear(three, "2021-10-21 12:00")
    run_until(wib("2021-11-05 12:00"))
    assert incentives(three)[0][2] == "paid"
    assert [amount for _, _, amount in transfers(three, "settle")] == [600_000]


def test_what_was_paid_stays_paid_and_the_next_is_held(g21: World, three: Participant) -> None:
    reviewed(g21, three)
    run_until(wib("2021-10-12 10:00"))
    assert incentives(three)[0][2] == "paid"
    stop(three, "2021-10-12 11:00")
    # The second falls due, leaves the reserve as it would have, and goes no further.
    run_until(wib("2021-11-12 12:00"))
    assert [row[2] for row in incentives(three)][:2] == ["paid", "held"]
    assert books(three)["incentives_payable"] == 600_000


def test_a_window_between_purchases_stands_still(db: None) -> None:
    """The window of 2023 (rules.md 14.7), not a cut-off of a year: what is left is not swept from under the person."""
    g51 = world(wave=51)
    seven = participant_with_phone(g51, phone="081210000099", announced_at=wib("2023-04-28 20:00"))
    live = {"starts_at": wib("2023-05-15 09:00"), "ends_at": wib("2023-05-15 12:00")}
    buy_class(g51, seven, price=1_500_000, at=wib("2023-05-12 20:00"), delivery="live", **live)
    redeem_class(g51, seven, at=wib("2023-05-15 08:00"))
    report(g51, seven, at=wib("2023-05-26 10:00"))
    link(seven, at=wib("2023-05-27 10:00"))
    run_until(wib("2023-05-29 20:00"))
    review(seven, at=wib("2023-05-29 20:00"))
    assert Wallet.objects.get(person_id=seven.person_id).spendable_until == wib("2023-06-13 00:00")
    stop(seven, "2023-06-10 09:00")
    run_until(wib("2023-06-20 09:00"))
    assert books(seven)["wallet"] == 2_000_000
    clear(seven, "2023-06-20 09:00")
    assert Wallet.objects.get(person_id=seven.person_id).spendable_until == wib("2023-06-23 00:00")
    run_until(wib("2023-06-23 00:00"))
    assert transfers(seven, "sweep") == [("2023-06-23 00:00", "sweep", 2_000_000)]


def test_a_true_suspicion_ends_it(g21: World, three: Participant) -> None:
    reviewed(g21, three)
    run_until(wib("2021-10-12 12:00"))
    with pytest.raises(Refused, match="not_suspended"):
        revoke_suspended(
            person_id=three.person_id, award_id=three.award.id, reason="joki", actor=SYSTEM, at=wib("2021-10-13 09:00")
        )
    stop(three, "2021-10-13 09:00")
    run_until(wib("2021-11-12 12:00"))
    at = wib("2021-11-12 12:00")
    released = revoke_suspended(person_id=three.person_id, award_id=three.award.id, reason="joki", actor=SYSTEM, at=at)
    # 525,000 in the wallet, two planned incentives and three surveys in the reserve, one incentive held.
    assert released == 525_000 + 2 * 600_000 + 150_000 + 600_000
    assert [row[2] for row in incentives(three)] == ["paid", "cancelled", "cancelled", "cancelled"]
    award = Award.objects.get(id=three.award.id)
    assert (award.status, award.end_reason, award.suspended_at, award.ended_at) == ("revoked", "joki", None, at)
    assert Blacklist.objects.get().reason == "joki"
    assert Message.objects.filter(template="revoked_after_suspension", channel="sms").count() == 1
    assert books(three) == {
        "paid_out:bni": 600_000,
        f"payable:{g21.institution.client_code}": 475_000,
        "programme_funds": -1_075_000,
    }
    assert run_until(wib("2022-03-01 00:00")) == []
