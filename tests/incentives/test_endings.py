"""What an award's money becomes at the cut-offs, and how it ends (rules.md 14.5, 14.7, 14.8)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from examples.world.testing import RunningWorld
from prakerja.access.actors import SYSTEM
from prakerja.awards.models import Award
from prakerja.disbursements.operations import ask_payment
from prakerja.incentives.models import Incentive, RepaymentClaim
from prakerja.incentives.operations import annul_ineligible, unlink_account
from prakerja.incentives.surveying import lapse_survey
from prakerja.kernel.errors import Refused
from prakerja.programmes.schemes import scheme_for_wave, survey_window_when_told_late
from prakerja.purchases.operations import void_purchase
from prakerja.surveys.models import Response
from prakerja.surveys.tasks import open_surveys
from prakerja.wallets.models import Wallet
from tests.builders import World, buy, course, intend, world
from tests.money import (
    answer,
    bank_turns,
    books,
    buy_class,
    changed_by,
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


def status(who: object) -> str:
    return Award.objects.get(id=who.award.id).status  # type: ignore[attr-defined]


def test_worked_example_5_the_sweep(g21: World) -> None:
    five = participant_with_phone(g21, phone="081210000055")
    reviewed(g21, five, price=775_000)
    buy_class(g21, five, price=220_000, at=wib("2021-10-08 20:00"))
    redeem_class(g21, five, at=wib("2021-10-09 09:00"))
    report(g21, five, at=wib("2021-10-15 09:00"))
    run_until(wib("2021-11-30 23:59:59"))
    assert books(five)["wallet"] == 5_000
    _, run = course(g21, price=4_000)
    intend(g21, five, run, amount=4_000, at=wib("2021-11-30 23:59:59"))
    assert [step for step in run_until(wib("2021-12-01 00:00")) if step[1] == "sweep_balance"] == [
        ("2021-12-01 00:00", "sweep_balance", 1)
    ]
    assert transfers(five, "sweep") == [("2021-12-01 00:00", "sweep", 5_000)]
    with pytest.raises(Refused, match="balance_expired"):
        intend(g21, five, run, amount=4_000, at=wib("2021-12-01 00:00:01"))
    # No effect on incentives: 12 October and 11 November are paid, two are still promised.
    assert [row[2] for row in incentives(five)] == ["paid", "paid", "planned", "planned"]
    assert books(five)["treasury"] == 5_000


def test_surveys_that_nobody_answers_lapse_and_the_award_is_finished(g21: World) -> None:
    five = participant_with_phone(g21, phone="081210000055")
    reviewed(g21, five, price=1_000_000)
    run_until(wib("2021-11-12 09:00"))
    answer(five, number=1, at=wib("2021-11-12 09:00"))
    steps = run_until(wib("2021-12-11 00:00"))
    assert ("2021-12-11 00:00", "lapse_survey", 2) in steps
    assert transfers(five, "survey_lapsed_1", "survey_lapsed_2", "survey_lapsed_3") == [
        ("2021-12-11 00:00", "survey_lapsed_2", 50_000),
        ("2021-12-11 00:00", "survey_lapsed_3", 50_000),
    ]
    run_until(wib("2022-02-01 00:00"))
    assert books(five) == {
        "paid_out:bni": 2_450_000,
        f"payable:{g21.institution.client_code}": 1_000_000,
        "programme_funds": -3_550_000,
        "treasury": 100_000,
    }
    assert status(five) == "finished"


def test_a_survey_that_nobody_was_told_of_opens_again(g21: World) -> None:
    """It opened and closed while the worker was off: what could not be answered does not lapse, but with the year."""
    five = participant_with_phone(g21, phone="081210000055")
    reviewed(g21, five)
    run_until(wib("2021-10-20 09:00"))
    untold = Response.objects.filter(person_id=five.person_id, survey__number=1)
    untold.update(opens_at=wib("2021-10-21 00:10"), closes_at=wib("2021-11-20 00:10"))
    response_id = untold.get().id
    assert lapse_survey(person_id=five.person_id, response_id=response_id, at=wib("2021-11-22 09:00"))
    assert (untold.get().closes_at, untold.get().closed_at) == (wib("2021-12-11 00:00"), None)
    assert transfers(five, "survey_lapsed_1") == []
    open_surveys(wib("2021-11-22 09:00"))
    answer(five, number=1, at=wib("2021-11-23 09:00"))
    rules = scheme_for_wave(51)
    assert survey_window_when_told_late(scheme=rules, told_at=wib("2023-11-22 09:00")) == wib("2023-12-23 00:00")
    assert survey_window_when_told_late(scheme=scheme_for_wave(21), told_at=wib("2021-12-11 00:00")) is None


def test_who_did_not_review_in_time_lapses(g21: World) -> None:
    late = participant_with_phone(g21, phone="081210000066")
    link(late, at=wib("2021-09-24 10:00"))
    buy_class(g21, late, price=400_000, at=wib("2021-09-25 19:30"))
    redeem_class(g21, late, at=wib("2021-09-26 09:00"))
    report(g21, late, at=wib("2021-10-04 09:00"))
    run_until(wib("2021-12-10 23:59:59"))
    assert status(late) == "active"
    run_until(wib("2021-12-11 00:00"))
    with pytest.raises(Refused, match="review_closed"):
        review(late, at=wib("2021-12-11 00:00"))
    assert status(late) == "lapsed"
    assert transfers(late, "sweep", "lapse_reserve", "survey_lapsed_1") == [
        ("2021-12-01 00:00", "sweep", 600_000),
        ("2021-12-11 00:00", "lapse_reserve", 2_550_000),
    ]
    assert changed_by(wib("2022-03-01 00:00")) == []
    assert books(late) == {
        f"payable:{g21.institution.client_code}": 400_000,
        "programme_funds": -3_550_000,
        "treasury": 3_150_000,
    }


def test_who_has_no_account_at_the_link_cutoff_loses_what_was_promised(g21: World) -> None:
    unlinked = participant_with_phone(g21, phone="081210000077")
    buy_class(g21, unlinked, price=1_000_000, at=wib("2021-09-25 19:30"))
    redeem_class(g21, unlinked, at=wib("2021-09-26 09:00"))
    report(g21, unlinked, at=wib("2021-10-04 09:00"))
    run_until(wib("2021-10-06 19:00"))
    review(unlinked, at=wib("2021-10-06 19:00"))
    run_until(wib("2021-12-15 23:59"))
    assert (status(unlinked), incentives(unlinked)) == ("active", [])
    # The surveys never opened: three closed rows, 150,000 gone.
    assert Response.objects.filter(person_id=unlinked.person_id, closed_at=wib("2021-12-11 00:00")).count() == 3
    run_until(wib("2021-12-16 00:00"))
    assert transfers(unlinked, "lapse_reserve") == [("2021-12-16 00:00", "lapse_reserve", 2_400_000)]
    with pytest.raises(Refused, match="link_closed"):
        link(unlinked, at=wib("2021-12-16 00:00"))
    assert status(unlinked) == "finished"
    assert books(unlinked)["treasury"] == 2_550_000


def test_who_unlinked_before_the_cutoff_loses_what_was_due_and_planned(g21: World) -> None:
    unlinked = participant_with_phone(g21, phone="081210000078")
    reviewed(g21, unlinked, price=1_000_000)
    run_until(wib("2021-12-09 08:00"))
    unlink_account(person_id=unlinked.person_id, at=wib("2021-12-09 08:00"))
    run_until(wib("2022-02-01 00:00"))
    assert [row[2] for row in incentives(unlinked)] == ["paid", "paid", "lapsed", "lapsed"]
    assert transfers(unlinked, "incentive_cancelled", "lapse_reserve") == [
        ("2021-12-16 00:00", "incentive_cancelled", 600_000),
        ("2021-12-16 00:00", "lapse_reserve", 600_000),
    ]
    assert status(unlinked) == "finished"
    assert books(unlinked) == {
        "paid_out:bni": 1_200_000,
        f"payable:{g21.institution.client_code}": 1_000_000,
        "programme_funds": -3_550_000,
        "treasury": 1_350_000,
    }


def test_worked_example_7_the_normal_scheme(db: None) -> None:
    g51 = world(wave=51)
    seven = participant_with_phone(g51, phone="081210000099", announced_at=wib("2023-04-28 20:00"))
    assert Award.objects.get(id=seven.award.id).purchase_deadline_at == wib("2023-05-13 00:00")
    dates = {"starts_at": wib("2023-05-20 09:00"), "ends_at": wib("2023-05-20 12:00")}
    _, webinar = course(g51, price=1_200_000, delivery="live", **dates)
    bought = buy(g51, seven, webinar, amount=1_200_000, at=wib("2023-05-01 10:00"))
    assert books(seven)["wallet"] == 2_300_000
    void_purchase(
        platform_id=g51.platform.partner_id,
        invoice_code=bought.invoice_code,
        reference=bought.reference,
        at=wib("2023-05-03 10:00"),
    )
    assert books(seven)["wallet"] == 3_500_000
    assert Award.objects.get(id=seven.award.id).purchase_deadline_at == wib("2023-05-13 00:00")

    live = {"starts_at": wib("2023-05-15 09:00"), "ends_at": wib("2023-05-15 12:00")}
    buy_class(g51, seven, price=1_500_000, at=wib("2023-05-12 20:00"), delivery="live", **live)
    assert books(seven)["wallet"] == 2_000_000
    with pytest.raises(Refused, match="outside_window"):
        redeem_class(g51, seven, at=wib("2023-05-15 07:59"))
    redeem_class(g51, seven, at=wib("2023-05-15 08:00"))
    assert report(g51, seven, at=wib("2023-05-26 10:00")).visible_from == wib("2023-05-26 10:00")
    link(seven, at=wib("2023-05-27 10:00"))
    run_until(wib("2023-05-29 20:00"))
    review(seven, at=wib("2023-05-29 20:00"))
    assert Wallet.objects.get(person_id=seven.person_id).spendable_until == wib("2023-06-13 00:00")

    selfpaced = {"starts_at": wib("2023-06-01 00:00"), "ends_at": wib("2023-07-30 00:00")}
    run_until(wib("2023-06-05 09:00"))
    buy_class(g51, seven, price=1_800_000, at=wib("2023-06-05 09:00"), **selfpaced)
    redeem_class(g51, seven, at=wib("2023-06-05 10:00"))
    # The old window ends while the second training is open: nothing is taken.
    run_until(wib("2023-06-19 10:00"))
    assert books(seven)["wallet"] == 200_000
    report(g51, seven, at=wib("2023-06-19 10:00"))
    review(seven, at=wib("2023-06-20 10:00"))
    run_until(wib("2023-07-04 23:59:59"))
    assert books(seven)["wallet"] == 200_000
    run_until(wib("2023-07-06 09:00"))
    answer(seven, number=1, at=wib("2023-07-06 09:00"))
    run_until(wib("2023-09-04 09:00"))
    answer(seven, number=2, at=wib("2023-09-04 09:00"))
    run_until(wib("2023-12-01 00:00"))
    # 1 and 2 June 2023 were holidays: scheduled 30 May, the third working day is 6 June.
    assert transfers(seven, "settle", "sweep") == [
        ("2023-06-06 10:00", "settle", 600_000),
        ("2023-07-05 00:00", "sweep", 200_000),
        ("2023-07-11 10:00", "settle", 50_000),
        ("2023-09-07 10:00", "settle", 50_000),
    ]
    assert books(seven) == {
        "paid_out:bni": 700_000,
        f"payable:{g51.institution.client_code}": 3_300_000,
        "programme_funds": -4_200_000,
        "treasury": 200_000,
    }
    assert status(seven) == "finished"


def test_worked_example_8_a_wrongful_recipient(db: None) -> None:
    g18 = world(wave=18)
    eight = participant_with_phone(g18, phone="081210000088", announced_at=wib("2021-08-20 20:00"))
    link(eight, at=wib("2021-09-01 10:00"))
    buy_class(g18, eight, price=600_000, at=wib("2021-09-10 10:00"))
    redeem_class(g18, eight, at=wib("2021-09-10 11:00"))
    report(g18, eight, at=wib("2021-09-29 09:00"))
    run_until(wib("2021-10-01 19:00"))
    review(eight, at=wib("2021-10-01 19:00"))
    run_until(wib("2021-11-06 09:00"))
    answer(eight, number=1, at=wib("2021-11-06 09:00"))
    run_until(wib("2021-11-15 10:00"))
    assert books(eight)["paid_out:bni"] == 1_250_000

    outcome = annul_ineligible(
        person_id=eight.person_id, award_id=eight.award.id, reason="ASN", actor=SYSTEM, at=wib("2021-11-15 10:00")
    )
    assert (outcome.balance_returned, outcome.claim) == (400_000, 1_850_000)
    assert (outcome.incentives_cancelled, outcome.surveys_cancelled) == (1_200_000, 100_000)
    assert outcome.total == 3_550_000
    assert transfers(eight, "annul_balance", "annul_reserve", "incentive_cancelled") == [
        ("2021-11-15 10:00", "annul_balance", 400_000),
        ("2021-11-15 10:00", "annul_reserve", 1_300_000),
    ]
    claim = RepaymentClaim.objects.get(person_id=eight.person_id)
    assert (claim.amount, claim.due_date, claim.repaid_at) == (1_850_000, date(2022, 1, 14), None)
    assert (status(eight), Award.objects.get(id=eight.award.id).end_reason) == ("annulled", "ASN")
    assert [row[2] for row in incentives(eight)] == ["paid", "paid", "cancelled", "cancelled", "paid"]
    assert changed_by(wib("2022-03-01 00:00")) == []
    assert books(eight) == {
        "paid_out:bni": 1_250_000,
        f"payable:{g18.institution.client_code}": 600_000,
        "programme_funds": -1_850_000,
    }
    with pytest.raises(Refused, match="award_ended"):
        annul_ineligible(
            person_id=eight.person_id, award_id=eight.award.id, reason="ASN", actor=SYSTEM, at=wib("2022-03-01 00:00")
        )


def test_annulling_takes_back_what_is_due_and_the_claim_follows_what_is_under_way(
    g21: World, bank_program: RunningWorld
) -> None:
    eight = participant_with_phone(g21, phone="081210000089")
    reviewed(g21, eight)
    run_until(wib("2021-10-12 12:00"))
    run_until(wib("2021-11-08 12:00"))
    at = wib("2021-11-08 12:00")
    annul_ineligible(person_id=eight.person_id, award_id=eight.award.id, reason="BPUM", actor=SYSTEM, at=at)
    assert transfers(eight, "annul_balance", "annul_reserve", "incentive_cancelled") == [
        ("2021-11-08 12:00", "annul_balance", 525_000),
        ("2021-11-08 12:00", "annul_reserve", 1_350_000),
        ("2021-11-08 12:00", "incentive_cancelled", 600_000),
    ]
    claim = RepaymentClaim.objects.get(person_id=eight.person_id)
    assert claim.amount == 475_000 + 600_000
    # The first payment comes back afterwards: it is neither paid again nor claimed.
    first = Incentive.objects.select_related("instruction").get(person_id=eight.person_id, number=1)
    assert first.instruction is not None
    bank_turns(bank_program, first.instruction.reference, "return")
    later = at + timedelta(days=1)
    assert ask_payment(person_id=eight.person_id, payment_id=first.instruction.id, at=later) == "returned"
    claim.refresh_from_db()
    assert claim.amount == 475_000
    assert books(eight) == {
        f"payable:{g21.institution.client_code}": 475_000,
        "programme_funds": -475_000,
    }
    assert changed_by(wib("2022-03-01 00:00")) == []


def test_nobody_is_finished_while_a_code_may_still_be_voided(db: None) -> None:
    g51 = world(wave=51)
    last = participant_with_phone(g51, phone="081210000090", announced_at=wib("2023-04-28 20:00"))
    link(last, at=wib("2023-04-29 10:00"))
    long = {"starts_at": wib("2023-04-01 00:00"), "ends_at": wib("2023-12-31 00:00")}
    buy_class(g51, last, price=1_500_000, at=wib("2023-05-01 10:00"), **long)
    redeem_class(g51, last, at=wib("2023-05-01 11:00"))
    report(g51, last, at=wib("2023-05-26 10:00"))
    review(last, at=wib("2023-05-29 20:00"))
    run_until(wib("2023-06-05 09:00"))
    buy_class(g51, last, price=2_000_000, at=wib("2023-06-05 09:00"), **long)
    for number, at in ((1, wib("2023-07-06 09:00")), (2, wib("2023-09-04 09:00"))):
        run_until(at)
        answer(last, number=number, at=at)
    run_until(wib("2023-09-10 09:00"))
    assert books(last) == {"paid_out:bni": 700_000, "vouchers_outstanding": 2_000_000} | {
        f"payable:{g51.institution.client_code}": 1_500_000,
        "programme_funds": -4_200_000,
    }
    assert status(last) == "active"
    redeem_class(g51, last, at=wib("2023-09-10 10:00"))
    assert run_until(wib("2023-09-10 10:00")) == [("2023-09-10 10:00", "finish_awards", 1)]
    assert status(last) == "finished"
