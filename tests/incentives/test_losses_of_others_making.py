"""What a participant loses by what somebody else did, or by a rule that nobody ends: nothing, or it is told (rules.md 12.32 to 12.34)."""

from __future__ import annotations

from datetime import datetime

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.awards.models import Award
from prakerja.disbursements.models import PayoutAccount
from prakerja.incentives.operations import unlink_account
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.notifications.models import Message
from prakerja.people.contacts import correct_contact
from prakerja.people.models import ContactPoint
from prakerja.purchases.class_cancelling import cancel_class, cancel_silent_class
from prakerja.reporting.losses import lost_lines
from prakerja.reporting.next_action import derived_stage, next_action
from prakerja.reporting.queries import dashboard
from prakerja.training.cancelled_classes import resolve_cancellation_case
from prakerja.training.models import CancellationCase
from prakerja.wallets.models import Wallet
from tests.builders import Participant, World, operator, world
from tests.money import (
    answer,
    books,
    buy_class,
    incentives,
    link,
    opened,
    participant_with_phone,
    redeem_class,
    report,
    review,
    reviewed,
    run_until,
    transfers,
    wib,
)


def states(who: Participant) -> list[str]:
    return [row[2] for row in incentives(who)]


def status(who: Participant) -> str:
    return Award.objects.get(id=who.award.id).status


def told(who: Participant, template: str) -> dict[str, object]:
    """What the one SMS of this template says."""
    return opened(Message.objects.get(person_id=who.person_id, channel="sms", template=template))


# The link cut-off -------------------------------------------------------------------------------------------------------


def test_an_account_may_be_changed_after_the_link_cutoff(g21: World) -> None:
    who = participant_with_phone(g21, phone="081210000031")
    reviewed(g21, who, price=1_000_000)
    run_until(wib("2021-12-20 08:00"))
    assert states(who) == ["paid", "paid", "paid", "planned"]
    unlink_account(person_id=who.person_id, at=wib("2021-12-20 08:00"))
    run_until(wib("2022-01-14 09:00"))
    # Nothing lapsed; the payment of January is held until there is an account.
    assert (states(who)[3], transfers(who, "lapse_reserve", "incentive_cancelled")) == ("held", [])
    assert next_action(dashboard=dashboard(person_id=who.person_id), at=wib("2022-01-14 09:00")).kind == "link_account"
    link(who, number="7700123457", at=wib("2022-01-14 09:00"))
    run_until(wib("2022-03-01 00:00"))
    assert (states(who)[:4], status(who)) == (["paid"] * 4, "finished")


def test_a_bank_that_finds_fault_after_the_cutoff_takes_nothing(g21: World) -> None:
    who = participant_with_phone(g21, phone="081210000032")
    reviewed(g21, who, price=1_000_000)
    run_until(wib("2021-12-20 08:00"))
    PayoutAccount.objects.filter(person_id=who.person_id).update(unlinked_at=wib("2021-12-20 08:00"))
    before = PayoutAccount.objects.get(person_id=who.person_id)
    PayoutAccount.objects.create(
        person_id=who.person_id,
        kind=before.kind,
        provider=before.provider,
        number_enc=before.number_enc,
        nik_matches=False,
        is_kyc_complete=True,
        linked_at=before.linked_at,
    )
    run_until(wib("2021-12-21 08:00"))
    assert (states(who)[3], transfers(who, "lapse_reserve")) == ("planned", [])


def test_a_wallet_of_the_old_phone_is_held_told_and_linked_anew_after_the_cutoff(g21: World) -> None:
    who = participant_with_phone(g21, phone="081210000033")
    link(who, provider="ovo", number=who.phone, at=wib("2021-09-24 10:00"))
    buy_class(g21, who, price=1_000_000, at=wib("2021-09-25 19:30"))
    redeem_class(g21, who, at=wib("2021-09-26 09:00"))
    report(g21, who, at=wib("2021-10-04 09:00"), completed="2021-10-02")
    run_until(wib("2021-10-06 19:00"))
    review(who, at=wib("2021-10-06 19:00"))
    run_until(wib("2021-12-20 08:00"))
    ContactPoint.objects.filter(person_id=who.person_id).update(verified_at=None)
    correct_contact(
        person_id=who.person_id,
        kind="phone",
        value="081210000034",
        why="nomor salah di daftar",
        actor=operator("helper"),
        at=wib("2021-12-20 09:00"),
    )
    run_until(wib("2022-01-13 09:00"))
    assert states(who)[3] == "held"
    assert told(who, "payment_held_wallet_phone")["amount"] == 600_000
    unlink_account(person_id=who.person_id, at=wib("2022-01-13 10:00"))
    link(who, provider="ovo", number="081210000034", at=wib("2022-01-13 10:05"))
    run_until(wib("2022-03-01 00:00"))
    assert states(who)[:4] == ["paid"] * 4


# A class that is called off too late for another ------------------------------------------------------------------------

LATE = {"starts_at": wib("2021-12-06 09:00"), "ends_at": wib("2021-12-06 12:00"), "delivery": "live"}


def bought_late(g21: World, phone: str) -> tuple[Participant, str]:
    who = participant_with_phone(g21, phone=phone)
    run = buy_class(g21, who, price=600_000, at=wib("2021-10-10 19:30"), **LATE)
    return who, run.code


def call_off(g21: World, code: str, at: datetime) -> None:
    run_until(at)
    with transaction():
        cancel_class(institution_id=g21.institution.partner_id, schedule_code=code, at=at)
    run_until(at)


def test_a_class_called_off_after_the_balance_cutoff_costs_nobody_the_incentive(g21: World) -> None:
    who, code = bought_late(g21, "081210000041")
    call_off(g21, code, wib("2021-12-02 10:00"))
    assert told(who, "class_cancelled_balance_over")["amount"] == 600_000
    assert told(who, "incentive_kept_link_until") == {"amount": 2_400_000, "deadline": "2021-12-15T17:00:00+00:00"}
    board = dashboard(person_id=who.person_id)
    assert next_action(dashboard=board, at=wib("2021-12-02 10:01")).kind == "link_account"
    run_until(wib("2021-12-12 09:00"))
    assert status(who) == "active"
    link(who, at=wib("2021-12-12 09:00"))
    run_until(wib("2021-12-13 10:00"))
    assert states(who) == ["due", "planned", "planned", "planned"]
    assert derived_stage(dashboard=dashboard(person_id=who.person_id)) == "paying"
    run_until(wib("2022-05-01 00:00"))
    assert states(who) == ["paid"] * 4
    assert status(who) == "finished"
    assert books(who) == {
        "paid_out:bni": 2_400_000,
        "programme_funds": -3_550_000,
        # The price, what was left of the balance, and the surveys, which a year's cut-off ends.
        "treasury": 1_150_000,
    }


def test_with_less_than_a_week_to_buy_another_as_well(g21: World) -> None:
    who, code = bought_late(g21, "081210000042")
    link(who, at=wib("2021-10-11 09:00"))
    call_off(g21, code, wib("2021-11-26 10:00"))
    assert (books(who)["wallet"], told(who, "incentive_kept")) == (1_000_000, {"amount": 2_400_000})
    run_until(wib("2021-11-27 10:00"))
    assert states(who) == ["planned"] * 4


def test_with_a_week_left_another_class_is_bought(g21: World) -> None:
    who, code = bought_late(g21, "081210000043")
    call_off(g21, code, wib("2021-11-20 10:00"))
    assert Award.objects.get(id=who.award.id).training_waived_at is None
    assert not Message.objects.filter(template__startswith="incentive_kept").exists()


def test_an_ended_code_of_a_class_that_nobody_opened_keeps_the_incentive_too(g21: World) -> None:
    who, code = bought_late(g21, "081210000044")
    run_until(wib("2021-12-07 09:00"))
    assert told(who, "incentive_unreachable")["amount"] == 2_550_000
    cancel_silent_class(
        schedule_code=code, reason="lembaga tidak membuka kelas", actor=SYSTEM, at=wib("2021-12-07 10:00")
    )
    run_until(wib("2021-12-12 09:00"))
    assert (status(who), told(who, "incentive_kept_link_until")["amount"]) == ("active", 2_400_000)


def test_whose_case_is_open_does_not_lapse_before_it_is_decided(g21: World) -> None:
    who, code = bought_late(g21, "081210000045")
    run_until(wib("2021-12-06 10:00"))
    redeem_class(g21, who, at=wib("2021-12-06 10:00"))
    cancel_silent_class(schedule_code=code, reason="kelas bubar", actor=SYSTEM, at=wib("2021-12-06 11:00"))
    run_until(wib("2021-12-14 09:00"))
    assert status(who) == "active"
    case = CancellationCase.objects.get(person_id=who.person_id)
    resolve_cancellation_case(
        person_id=who.person_id,
        case_id=case.id,
        decision="refunded",
        reason="kelas tidak selesai",
        actor=SYSTEM,
        at=wib("2021-12-14 10:00"),
    )
    run_until(wib("2021-12-15 09:00"))
    assert (status(who), told(who, "incentive_kept_link_until")["amount"]) == ("active", 2_400_000)


# 2023: a first training that was lost with its code --------------------------------------------------------------------

WEBINAR = {"starts_at": wib("2023-05-15 09:00"), "ends_at": wib("2023-05-15 12:00"), "delivery": "live"}
SELF_PACED = {"starts_at": wib("2023-05-16 00:00"), "ends_at": wib("2023-07-30 00:00")}


@pytest.fixture
def lost() -> tuple[World, Participant]:
    """Somebody of wave 51 whose first code ended an hour after its session began."""
    g51 = world(wave=51)
    who = participant_with_phone(g51, phone="081210000051", announced_at=wib("2023-04-28 20:00"))
    buy_class(g51, who, price=1_500_000, at=wib("2023-05-12 20:00"), **WEBINAR)
    run_until(wib("2023-05-15 10:01"))
    return g51, who


def test_the_next_training_takes_the_place_of_a_lost_one(lost: tuple[World, Participant]) -> None:
    g51, who = lost
    assert Wallet.objects.get(person_id=who.person_id).spendable_until == wib("2023-05-30 00:00")
    assert told(who, "code_ended_buy_first_until")["usable_deadline"] == "2023-05-29T17:00:00+00:00"
    assert not Message.objects.filter(template="incentive_unreachable").exists()
    board = dashboard(person_id=who.person_id)
    action = next_action(dashboard=board, at=wib("2023-05-16 09:00"))
    assert (derived_stage(dashboard=board), action.kind, action.why) == ("code_ended", "code_ended", "may_buy_first")
    assert [line.kind for line in lost_lines(dashboard=board)] == ["code"]
    buy_class(g51, who, price=1_000_000, at=wib("2023-05-20 09:00"), **SELF_PACED)
    redeem_class(g51, who, at=wib("2023-05-20 10:00"))
    report(g51, who, at=wib("2023-05-26 10:00"))
    link(who, at=wib("2023-05-27 10:00"))
    review(who, at=wib("2023-05-29 20:00"))
    run_until(wib("2023-07-07 09:00"))
    assert states(who) == ["paid"]
    answer(who, number=1, at=wib("2023-07-07 09:00"))
    run_until(wib("2024-02-01 00:00"))
    assert status(who) == "finished"


def test_who_buys_no_other_in_time_ends_with_it(lost: tuple[World, Participant]) -> None:
    g51, who = lost
    run_until(wib("2023-05-29 23:59:59"))
    assert status(who) == "active"
    assert ("2023-05-30 00:00", "sweep_balance", 1) in run_until(wib("2023-05-30 00:00"))
    assert (status(who), Award.objects.get(id=who.award.id).end_reason) == ("lapsed", "no_training")
    assert told(who, "lapsed_no_training") == {"amount": 2_700_000, "deadline": "2023-05-29T17:00:00+00:00"}
    assert books(who) == {"programme_funds": -2_700_000, "treasury": 2_700_000}
    assert [(line.kind, line.amount) for line in lost_lines(dashboard=dashboard(person_id=who.person_id))] == [
        ("no_training", 2_700_000),
        ("code", 1_500_000),
    ]
    with pytest.raises(Refused, match=r"card_unknown|award_ended"):
        buy_class(g51, who, price=1_000_000, at=wib("2023-05-31 09:00"), **SELF_PACED)


def test_who_can_buy_nothing_more_hears_that_the_incentive_is_lost() -> None:
    g51 = world(wave=51)
    who = participant_with_phone(g51, phone="081210000052", announced_at=wib("2023-04-28 20:00"))
    buy_class(g51, who, price=3_500_000, at=wib("2023-05-12 20:00"), **WEBINAR)
    run_until(wib("2023-05-15 10:01"))
    assert told(who, "incentive_unreachable")["amount"] == 700_000
    run_until(wib("2023-05-30 00:00"))
    assert (status(who), books(who)["treasury"]) == ("lapsed", 700_000)
