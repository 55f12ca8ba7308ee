"""An institution reports a completion: once, of its own redeemed code; the certificate shows when it has travelled."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.audit.models import Record
from prakerja.catalogue.models import Course
from prakerja.kernel.errors import Refused
from prakerja.notifications.models import Message
from prakerja.partners.operations import add_partner
from prakerja.purchases.models import Purchase
from prakerja.training.completion import CompletionReceipt, record_completion
from prakerja.training.models import Certificate, CertificateNumberClaim, Completion, ReportClaim
from prakerja.training.rating import rate_training
from prakerja.training.tasks import TASKS, announce_certificates
from prakerja.wallets.models import Wallet
from tests.builders import Participant, World, code_of, participant, world
from tests.money import buy_class, participant_with_phone, redeem_class, report, review, wib

pytestmark = pytest.mark.django_db
REPORTED = wib("2021-10-04 09:00")


@pytest.fixture
def g21(db: None) -> World:
    return world()


@pytest.fixture
def learner(g21: World) -> Participant:
    who = participant(g21)
    buy_class(g21, who, price=475_000, at=wib("2021-09-25 19:30"))
    redeem_class(g21, who, at=wib("2021-09-26 09:00"))
    return who


def send(g21: World, who: Participant, **changes: Any) -> CompletionReceipt:
    values: dict[str, Any] = {
        "institution_id": g21.institution.partner_id,
        "code": code_of(who.person_id),
        "completed_date": date(2021, 10, 2),
        "score": 85,
        "certificate_number": "RK-1",
        "certificate_kind": "completion",
        "idempotency_key": "k-1",
        "at": REPORTED,
    }
    return record_completion(**{**values, **changes})


def rows_there() -> tuple[int, ...]:
    return tuple(
        model.objects.count()
        for model in (Completion, Certificate, CertificateNumberClaim, ReportClaim, Message, Record)
    )


def refusal(g21: World, who: Participant, **changes: Any) -> str:
    before = rows_there()
    with pytest.raises(Refused) as refused:
        send(g21, who, **changes)
    assert rows_there() == before
    return refused.value.reason


def test_a_report_makes_the_certificate_visible_two_working_days_later(g21: World, learner: Participant) -> None:
    receipt = send(g21, learner)
    purchase = Purchase.objects.select_related("course", "course_run").get(person_id=learner.person_id)
    assert receipt == CompletionReceipt(
        completion_id=Completion.objects.get().id,
        course_code=purchase.course.code,
        schedule_code=purchase.course_run.code,
        completed_date=date(2021, 10, 2),
        score=85,
        certificate_number="RK-1",
        certificate_kind="completion",
        reported_at=REPORTED,
        visible_from=wib("2021-10-06 00:10"),
    )
    assert purchase.is_open is False, "in 2021 the next training may be bought after completion"
    assert TASKS[-1].next_due() == wib("2021-10-06 00:10")
    assert announce_certificates(wib("2021-10-06 00:10")) == 1
    assert TASKS[-1].next_due() is None
    assert announce_certificates(wib("2021-10-06 00:11")) == 0
    told = Message.objects.filter(person_id=learner.person_id, created_at=wib("2021-10-06 00:10"))
    assert sorted(told.values_list("template", flat=True)) == [
        "cert_ready",
        "review_for_incentive_until",
        "review_for_incentive_until",
    ]


def test_the_same_content_again_is_the_same_answer(g21: World, learner: Participant) -> None:
    first = send(g21, learner, completed_date=None)
    assert first.completed_date == date(2021, 10, 4)
    before = rows_there()
    later = REPORTED + timedelta(days=3)
    assert send(g21, learner, completed_date=None, at=later) == first
    assert send(g21, learner, completed_date=date(2021, 10, 4), idempotency_key="k-2", at=later) == first
    assert rows_there() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"score": 86},
        {"score": None},
        {"certificate_number": "RK-2"},
        {"certificate_kind": "excellence"},
        {"completed_date": date(2021, 10, 3)},
    ],
)
def test_other_content_is_refused(g21: World, learner: Participant, changes: dict[str, Any]) -> None:
    send(g21, learner)
    assert refusal(g21, learner, **changes) == "completion_differs"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"code": "ABCDEFGH2345"}, "code_unknown"),
        ({"score": 101}, "field_invalid"),
        ({"score": -1}, "field_invalid"),
        ({"certificate_number": "  "}, "field_invalid"),
        ({"completed_date": date(2021, 10, 5)}, "field_invalid"),
        ({"completed_date": date(2021, 9, 25)}, "field_invalid"),
    ],
)
def test_what_cannot_be_is_refused(g21: World, learner: Participant, changes: dict[str, Any], reason: str) -> None:
    assert refusal(g21, learner, **changes) == reason


def test_only_the_owner_reports(g21: World, learner: Participant) -> None:
    other = add_partner(actor=SYSTEM, kind="institution", code=str(uuid.uuid4()), name="Lain", at=REPORTED)
    assert refusal(g21, learner, institution_id=other.partner_id) == "not_owner"


def test_a_code_that_was_not_entered_is_refused(g21: World) -> None:
    who = participant(g21)
    buy_class(g21, who, price=475_000, at=wib("2021-09-25 19:30"))
    assert refusal(g21, who) == "voucher_not_redeemed"


@pytest.mark.parametrize(("at", "is_refused"), [("2021-10-02 11:59:59", True), ("2021-10-02 12:00", False)])
def test_a_live_class_must_be_over(g21: World, at: str, is_refused: bool) -> None:
    who = participant(g21)
    times = {"starts_at": wib("2021-10-02 09:00"), "ends_at": wib("2021-10-02 12:00")}
    buy_class(g21, who, price=475_000, at=wib("2021-09-25 19:30"), delivery="live", **times)
    redeem_class(g21, who, at=wib("2021-10-02 09:00"))
    if is_refused:
        assert refusal(g21, who, at=wib(at)) == "class_not_over"
    else:
        assert send(g21, who, at=wib(at)).completed_date == date(2021, 10, 2)


def test_a_certificate_number_and_an_idempotency_key_stand_for_one_report(g21: World, learner: Participant) -> None:
    send(g21, learner)
    who = participant(g21)
    buy_class(g21, who, price=475_000, at=wib("2021-09-25 19:30"))
    redeem_class(g21, who, at=wib("2021-09-26 09:00"))
    assert refusal(g21, who, idempotency_key="k-2") == "certificate_number_used"
    assert refusal(g21, who, certificate_number="RK-2") == "idempotency_key_reused"
    assert send(g21, who, idempotency_key="k-2", certificate_number="RK-2").certificate_number == "RK-2"


def stars(who: Participant, at: datetime, **changes: Any) -> str:
    completion = Completion.objects.get(person_id=who.person_id)
    values: dict[str, Any] = {
        "person_id": who.person_id,
        "completion_id": completion.id,
        "stars": 5,
        "review": "Bagus.",
        "at": at,
    }
    with pytest.raises(Refused) as refused:
        rate_training(**{**values, **changes})
    return refused.value.reason


def test_a_rating_needs_stars_text_a_visible_certificate_and_comes_once(g21: World, learner: Participant) -> None:
    visible = send(g21, learner).visible_from
    assert stars(learner, visible - timedelta(seconds=1)) == "certificate_not_visible"
    assert stars(learner, visible, stars=0) == "stars_range"
    assert stars(learner, visible, stars=6) == "stars_range"
    assert stars(learner, visible, review=" \n ") == "review_empty"
    assert stars(learner, visible, review="x" * 2001) == "review_too_long"
    assert stars(learner, visible, completion_id=uuid.uuid4()) == "completion_unknown"
    assert stars(learner, visible, person_id=participant(g21).person_id) == "completion_unknown"
    assert stars(learner, wib("2021-12-11 00:00")) == "review_closed"
    review(learner, at=visible, stars=4)
    assert stars(learner, visible) == "rated_already"
    assert list(Course.objects.values_list("rating_sum", "rating_count")) == [(4, 1)]


def test_in_2023_the_review_closes_the_purchase_and_opens_the_next_window(db: None) -> None:
    g51 = world(wave=51)
    who = participant_with_phone(g51, phone="081211110000", announced_at=wib("2023-04-28 20:00"))
    times = {"starts_at": wib("2023-05-15 09:00"), "ends_at": wib("2023-05-15 12:00")}
    buy_class(g51, who, price=1_500_000, at=wib("2023-05-12 20:00"), delivery="live", **times)
    redeem_class(g51, who, at=wib("2023-05-15 09:00"))
    receipt = report(g51, who, at=wib("2023-05-26 10:00"))
    assert receipt.visible_from == wib("2023-05-26 10:00")
    assert TASKS[-1].next_due() is None, "a certificate that shows at once is told of at once"
    assert Purchase.objects.get().is_open is True
    assert Wallet.objects.get().spendable_until is None
    review(who, at=wib("2023-05-29 20:00"))
    assert Purchase.objects.get().is_open is False
    assert Wallet.objects.get().spendable_until == wib("2023-06-13 00:00")
