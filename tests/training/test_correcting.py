"""A wrong report of completion: its institution mends it until the certificate is visible, an operator afterwards."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from prakerja.access.actors import SYSTEM, Actor
from prakerja.audit.models import Record
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.notifications.models import Message
from prakerja.partners.operations import add_partner
from prakerja.purchases.models import Purchase
from prakerja.training.completion import CompletionReceipt, record_completion
from prakerja.training.correcting import correct_completion, correct_report, withdraw_completion, withdraw_report
from prakerja.training.models import Certificate, CertificateNumberClaim, Completion
from prakerja.training.queries import progress
from prakerja.training.tasks import announce_certificates
from tests.builders import Participant, World, code_of, operator, participant, world
from tests.money import buy_class, redeem_class, review, wib

pytestmark = pytest.mark.django_db
REPORTED = wib("2021-10-04 09:00")
VISIBLE = wib("2021-10-06 00:10")
BEFORE = VISIBLE - timedelta(seconds=1)
RIGHT: dict[str, Any] = {
    "completed_date": date(2021, 10, 2),
    "score": 85,
    "certificate_number": "RK-1",
    "certificate_kind": "completion",
}


@pytest.fixture
def g21(db: None) -> World:
    return world()


def a_learner(g21: World, **course: Any) -> Participant:
    who = participant(g21)
    buy_class(g21, who, price=400_000, at=wib("2021-09-25 19:30"), **course)
    redeem_class(g21, who, at=wib("2021-09-26 09:00"))
    return who


@pytest.fixture
def learner(g21: World) -> Participant:
    return a_learner(g21, certificate_kinds=["completion", "competence"])


def report(g21: World, who: Participant, **changes: Any) -> CompletionReceipt:
    values = {"institution_id": g21.institution.partner_id, "code": code_of(who.person_id), "at": REPORTED}
    return record_completion(**{**values, **RIGHT, "idempotency_key": str(uuid.uuid4()), **changes})


def correct(g21: World, who: Participant, **changes: Any) -> CompletionReceipt:
    values = {"institution_id": g21.institution.partner_id, "code": code_of(who.person_id), "at": BEFORE}
    with transaction():
        return correct_report(**{**values, **RIGHT, **changes})


def withdraw(g21: World, who: Participant, **changes: Any) -> None:
    values = {"institution_id": g21.institution.partner_id, "code": code_of(who.person_id), "at": BEFORE}
    with transaction():
        withdraw_report(**{**values, "reason": "Tertukar.", **changes})


def state() -> tuple[Any, ...]:
    return (
        list(Completion.objects.order_by("id").values()),
        list(Certificate.objects.order_by("id").values()),
        sorted(CertificateNumberClaim.objects.values_list("number", "person_id")),
        Record.objects.count(),
        Message.objects.count(),
    )


def refusal(work: Any, *arguments: Any, **changes: Any) -> Refused:
    before = state()
    with pytest.raises(Refused) as refused:
        work(*arguments, **changes)
    assert state() == before
    return refused.value


# --- what contradicts the course ---


def test_a_kind_that_the_course_does_not_give_is_refused(g21: World) -> None:
    who = a_learner(g21, certificate_kinds=["completion", "competence"])
    refused = refusal(report, g21, who, certificate_kind="excellence")
    assert (refused.reason, refused.details["kinds"]) == ("certificate_kind_unknown", ("completion", "competence"))
    assert report(g21, who, certificate_kind="competence").certificate_kind == "competence"


@pytest.mark.parametrize(
    ("course", "possible", "impossible"),
    [
        # A live class is completed when it ends, not before.
        (
            {
                "delivery": "live",
                "starts_at": wib("2021-09-26 09:00"),
                "ends_at": wib("2021-09-28 12:00"),
            },
            ("2021-09-28", "2021-10-04"),
            ("2021-09-27", "2021-10-05"),
        ),
        # Nobody gets into a self-paced one once it has ended; its end is exclusive.
        (
            {"starts_at": wib("2021-09-01 00:00"), "ends_at": wib("2021-10-01 00:00")},
            ("2021-09-26", "2021-09-30"),
            ("2021-09-25", "2021-10-01"),
        ),
    ],
)
def test_a_day_on_which_the_class_cannot_have_been_completed(
    g21: World, course: dict[str, Any], possible: tuple[str, str], impossible: tuple[str, str]
) -> None:
    who = a_learner(g21, **course)
    for day in impossible:
        refused = refusal(report, g21, who, completed_date=date.fromisoformat(day))
        assert (refused.reason, refused.details["field"]) == ("field_invalid", "completed_date")
    for day in possible:
        other = a_learner(g21, **course)
        wanted = date.fromisoformat(day)
        receipt = report(g21, other, completed_date=wanted, certificate_number=f"RK-{day}")
        assert receipt.completed_date == wanted
    # A report without a day is of the last one that is possible.
    assert report(g21, who, completed_date=None).completed_date == date.fromisoformat(possible[1])


# --- corrected by the institution ---


def test_a_report_is_corrected_until_the_certificate_is_visible(g21: World, learner: Participant) -> None:
    report(g21, learner, score=8, certificate_number="RK-9")
    receipt = correct(g21, learner, completed_date=None, score=85)
    assert (receipt.completed_date, receipt.score, receipt.certificate_number) == (date(2021, 10, 2), 85, "RK-1")
    assert (receipt.reported_at, receipt.visible_from) == (REPORTED, VISIBLE)
    record = Record.objects.get(action="training.completion_corrected")
    assert record.actor_id == str(g21.institution.partner_id)
    assert (record.data["before"]["score"], record.data["after"]["certificate_number"]) == (8, "RK-1")
    assert list(CertificateNumberClaim.objects.values_list("number", flat=True)) == ["RK-1"]
    # The same again changes nothing; and the released number certifies somebody else.
    before = state()
    assert correct(g21, learner) == receipt
    assert state() == before
    assert report(g21, a_learner(g21), certificate_number="RK-9").certificate_number == "RK-9"
    refused = refusal(correct, g21, learner, score=1, at=VISIBLE)
    assert (refused.reason, refused.details["visible_from"]) == ("certificate_visible", VISIBLE)
    assert announce_certificates(VISIBLE) == 2


def test_a_correction_is_held_to_what_a_report_is(g21: World, learner: Participant) -> None:
    assert refusal(correct, g21, learner).reason == "completion_unreported"
    report(g21, learner)
    report(g21, a_learner(g21), certificate_number="RK-2")
    for changes, reason in (
        ({"certificate_number": "RK-2"}, "certificate_number_used"),
        ({"certificate_kind": "excellence"}, "certificate_kind_unknown"),
        ({"completed_date": date(2021, 9, 25)}, "field_invalid"),
        ({"score": 101}, "field_invalid"),
        ({"code": "ABCDEFGH2345"}, "code_unknown"),
    ):
        assert refusal(correct, g21, learner, **changes).reason == reason
    other = add_partner(actor=SYSTEM, kind="institution", code=str(uuid.uuid4()), name="Lain", at=REPORTED)
    assert refusal(correct, g21, learner, institution_id=other.partner_id).reason == "not_owner"
    assert refusal(withdraw, g21, learner, institution_id=other.partner_id).reason == "not_owner"


# --- withdrawn by the institution ---


def test_a_withdrawn_report_leaves_no_certificate_and_may_be_made_anew(g21: World, learner: Participant) -> None:
    report(g21, learner, idempotency_key="k-1")
    purchase = Purchase.objects.get(person_id=learner.person_id)
    assert purchase.is_open is False
    withdraw(g21, learner)
    purchase.refresh_from_db()
    assert purchase.is_open is True, "the next training waits for this one again"
    assert progress(person_id=learner.person_id, voucher_id=purchase.voucher_id) is None
    assert not Certificate.objects.exists()
    assert not CertificateNumberClaim.objects.exists()
    assert announce_certificates(VISIBLE) == 0
    told = Message.objects.filter(template="completion_withdrawn", person_id=learner.person_id)
    assert sorted(told.values_list("channel", flat=True)) == ["dashboard", "sms"]
    record = Record.objects.get(action="training.completion_withdrawn")
    assert (record.data["why"], record.data["before"]["certificate_number"]) == ("Tertukar.", "RK-1")
    assert refusal(withdraw, g21, learner).reason == "completion_unreported"
    # A late repetition of the first report does not bring it back.
    assert refusal(report, g21, learner, idempotency_key="k-1").reason == "idempotency_key_reused"
    again = report(g21, learner, score=70, at=wib("2021-10-05 09:00"))
    assert (again.score, again.visible_from) == (70, wib("2021-10-07 00:10"))
    purchase.refresh_from_db()
    assert purchase.is_open is False


def test_numbers_that_were_swapped_are_put_right(g21: World, learner: Participant) -> None:
    other = a_learner(g21)
    report(g21, learner, certificate_number="RK-B")
    report(g21, other, certificate_number="RK-A")
    withdraw(g21, other)
    correct(g21, learner, certificate_number="RK-A")
    report(g21, other, certificate_number="RK-B")
    assert dict(CertificateNumberClaim.objects.values_list("number", "person_id")) == {
        "RK-A": learner.person_id,
        "RK-B": other.person_id,
    }


def test_a_training_bought_meanwhile_is_not_taken_away(g21: World, learner: Participant) -> None:
    report(g21, learner)
    buy_class(g21, learner, price=300_000, at=wib("2021-10-05 10:00"))
    first = Purchase.objects.get(person_id=learner.person_id, number=1)
    with transaction():
        withdraw_report(
            institution_id=g21.institution.partner_id,
            code=code_of(learner.person_id, course_run=first.course_run),
            reason="Keliru.",
            at=BEFORE,
        )
    assert sorted(Purchase.objects.values_list("number", "is_open")) == [(1, False), (2, True)]


def test_after_the_certificate_is_visible_the_institution_cannot(g21: World, learner: Participant) -> None:
    report(g21, learner)
    assert refusal(withdraw, g21, learner, at=VISIBLE).reason == "certificate_visible"


# --- by an operator ---


@pytest.fixture
def helper() -> Actor:
    return operator("helper")


def operate(who: Participant, verb: Any, actor: Actor, **changes: Any) -> Any:
    completion = Completion.objects.get(person_id=who.person_id, withdrawn_at=None)
    values = {"person_id": who.person_id, "completion_id": completion.id, "reason": "Surat lembaga 12/X."}
    return verb(**{**values, "actor": actor, "at": VISIBLE + timedelta(days=1), **changes})


def test_an_operator_corrects_what_the_person_has_seen(g21: World, learner: Participant, helper: Actor) -> None:
    report(g21, learner, certificate_number="RK-9")
    announce_certificates(VISIBLE)
    review(learner, at=VISIBLE)
    receipt = operate(learner, correct_completion, helper, **{**RIGHT, "score": 90})
    assert (receipt.certificate_number, receipt.score, receipt.visible_from) == ("RK-1", 90, VISIBLE)
    assert Message.objects.get(template="certificate_corrected").channel == "dashboard"
    record = Record.objects.get(action="training.completion_corrected")
    assert (record.actor_id, record.data["why"]) == (helper.id, "Surat lembaga 12/X.")


def test_an_operator_withdraws_until_the_person_reviewed(g21: World, learner: Participant, helper: Actor) -> None:
    report(g21, learner)
    announce_certificates(VISIBLE)
    operate(learner, withdraw_completion, helper)
    assert not Certificate.objects.exists()
    again = report(g21, learner, at=VISIBLE + timedelta(days=1))
    review(learner, at=again.visible_from)
    refused = refusal(operate, learner, withdraw_completion, helper, at=again.visible_from)
    assert refused.reason == "completion_rated"


def test_an_operator_says_why_and_may(g21: World, learner: Participant, helper: Actor) -> None:
    report(g21, learner)
    for verb, values in ((withdraw_completion, {}), (correct_completion, RIGHT)):
        assert refusal(operate, learner, verb, helper, reason="  ", **values).reason == "reason_missing"
        assert refusal(operate, learner, verb, helper, completion_id=uuid.uuid4(), **values).reason == (
            "completion_unknown"
        )
        with pytest.raises(Refused, match="not_permitted"):
            operate(learner, verb, operator("curator"), **values)
