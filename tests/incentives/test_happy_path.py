"""rules.md 14.1: from the review to the last payment, with its exact days and rupiah."""

from __future__ import annotations

from collections import Counter

from prakerja.awards.models import Award
from prakerja.notifications.models import Message
from prakerja.notifications.templates import render_message
from tests.builders import Participant, World
from tests.money import (
    answer,
    books,
    buy_class,
    changed_by,
    incentives,
    link,
    opened,
    participant_with_phone,
    redeem_class,
    report,
    review,
    run_until,
    transfers,
    wib,
)

# What the dashboard had said at the end.
TOLD = {
    "result_pass": 1,
    "purchase_ok": 3,
    "code_redeemed": 3,
    "cert_ready": 2,
    # The second training's review leads to nothing in 2021, so it is not asked for.
    "review_for_incentive_until": 1,
    "payment_planned": 1,
    "survey_payment_planned": 3,
    "payment_arrived": 4,
    "survey_payment_arrived": 3,
    "survey_open": 3,
    # 225,000 were left a week and a day before the balance cut-off.
    "balance_ending": 2,
    "award_finished": 1,
}


def sms_about(who: Participant, template: str) -> list[str]:
    """The SMS of this template to a person, in order."""
    sent = Message.objects.filter(person_id=who.person_id, template=template, channel="sms").order_by(
        "created_at", "id"
    )
    return [
        render_message(template=template, channel="sms", parameters=opened(message), language="id").text
        for message in sent
    ]


def test_worked_example_1(g21: World) -> None:
    one = participant_with_phone(g21, phone="081210000010")
    link(one, provider="ovo", number=one.phone, at=wib("2021-09-24 10:00"))
    buy_class(g21, one, price=475_000, at=wib("2021-09-25 19:30"))
    redeem_class(g21, one, at=wib("2021-09-26 09:00"))
    receipt = report(g21, one, at=wib("2021-10-04 09:00"), completed="2021-10-02")
    assert receipt.visible_from == wib("2021-10-06 00:10")
    assert run_until(wib("2021-10-06 19:00")) == [("2021-10-06 00:10", "certificate_ready", 1)]
    review(one, at=wib("2021-10-06 19:00"))

    assert run_until(wib("2021-10-07 18:59")) == []
    assert run_until(wib("2021-10-08 09:00")) == [
        ("2021-10-07 19:00", "plan_incentives", 1),
        ("2021-10-07 19:00", "incentive_due", 1),
    ]
    assert incentives(one) == [
        ("post_training", 1, "due", "2021-10-07 → 2021-10-12"),
        ("post_training", 2, "planned", "2021-11-08 → 2021-11-11"),
        ("post_training", 3, "planned", "2021-12-07 → 2021-12-10"),
        ("post_training", 4, "planned", "2022-01-07 → 2022-01-12"),
    ]
    # The second training leads to no incentive.
    buy_class(g21, one, price=300_000, at=wib("2021-10-08 20:00"))
    redeem_class(g21, one, at=wib("2021-10-09 09:00"))
    assert changed_by(wib("2021-10-15 09:00")) == [
        ("2021-10-12 10:00", "draft_payments", 1),
        ("2021-10-12 10:00", "sandbox_sign_off", 1),
        ("2021-10-12 10:00", "send_payments", 1),
    ]
    assert report(g21, one, at=wib("2021-10-15 09:00")).visible_from == wib("2021-10-19 00:10")
    run_until(wib("2021-10-20 19:00"))
    review(one, at=wib("2021-10-20 19:00"))

    assert changed_by(wib("2021-11-12 20:00"))[-4:] == [
        ("2021-11-11 00:10", "open_survey", 1),
        ("2021-11-11 10:00", "draft_payments", 1),
        ("2021-11-11 10:00", "sandbox_sign_off", 1),
        ("2021-11-11 10:00", "send_payments", 1),
    ]
    answer(one, number=1, at=wib("2021-11-12 20:00"))
    run_until(wib("2021-11-29 10:00"))
    buy_class(g21, one, price=225_000, at=wib("2021-11-29 10:00"))
    redeem_class(g21, one, at=wib("2021-11-30 10:00"))
    run_until(wib("2021-12-09 22:00"))
    answer(one, number=2, at=wib("2021-12-09 22:00"))
    answer(one, number=3, at=wib("2021-12-09 22:00"))
    run_until(wib("2022-02-01 00:00"))

    assert transfers(one, "settle") == [
        ("2021-10-12 10:00", "settle", 600_000),
        ("2021-11-11 10:00", "settle", 600_000),
        ("2021-11-17 10:00", "settle", 50_000),
        ("2021-12-10 10:00", "settle", 600_000),
        ("2022-01-05 10:00", "settle", 50_000),
        ("2022-01-05 10:00", "settle", 50_000),
        ("2022-01-12 10:00", "settle", 600_000),
    ]
    assert books(one) == {
        "paid_out:ovo": 2_550_000,
        f"payable:{g21.institution.client_code}": 1_000_000,
        "programme_funds": -3_550_000,
    }
    award = Award.objects.get(id=one.award.id)
    assert (award.status, award.ended_at) == ("finished", wib("2022-01-12 10:00"))
    told = Message.objects.filter(person_id=one.person_id, channel="dashboard")
    assert Counter(told.values_list("template", flat=True)) == TOLD
    assert sms_about(one, "payment_arrived")[1] == (
        f"Kartu Prakerja: insentif 2 dari 4, Rp600.000, sudah dikirim ke OVO ...{one.phone[-4:]}."
    )
    assert sms_about(one, "survey_payment_arrived")[0] == (
        f"Kartu Prakerja: Rp50.000 untuk survei 1 dari 3 sudah dikirim ke OVO ...{one.phone[-4:]}."
    )
    [certificate] = sms_about(one, "review_for_incentive_until")
    assert (
        "sudah terbit. Beri bintang dan ulasan di dashboard paling lambat 10 Desember 2021 pukul 23.59 WIB"
        in certificate
    )
    assert [text[:42] for text in sms_about(one, "survey_open")] == [
        f"Kartu Prakerja: survei {number} sudah dibuka. Isi"[:42] for number in (1, 2, 3)
    ]


def test_surveys_open_at_their_days_and_a_second_runner_does_nothing(g21: World) -> None:
    one = participant_with_phone(g21, phone="081210000011")
    link(one, at=wib("2021-09-24 10:00"))
    buy_class(g21, one, price=475_000, at=wib("2021-09-25 19:30"))
    redeem_class(g21, one, at=wib("2021-09-26 09:00"))
    report(g21, one, at=wib("2021-10-04 09:00"))
    run_until(wib("2021-10-06 19:00"))
    review(one, at=wib("2021-10-06 19:00"))
    run_until(wib("2021-10-13 00:00"))
    assert changed_by(wib("2021-11-30 00:00"))[-2:] == [
        ("2021-11-11 10:00", "send_payments", 1),
        ("2021-11-26 00:10", "open_survey", 2),
    ]
    before = transfers(one)
    from prakerja.config.due import due_tasks

    assert [task.run(wib("2021-11-30 00:00")) for task in due_tasks()] == [0] * len(due_tasks())
    assert transfers(one) == before
