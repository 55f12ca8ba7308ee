"""In 2023 completion follows from attendance and assignments; an institution's report only adds score and number."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from prakerja.kernel.errors import Refused
from prakerja.notifications.models import Message
from prakerja.purchases.models import Purchase
from prakerja.reporting.proof import prove
from prakerja.training.completion import CompletionReceipt, record_completion
from prakerja.training.models import Attendance, Certificate, CertificateNumberClaim, Completion, ReportClaim
from prakerja.training.rating import rate_training
from prakerja.training.tasks import TASKS, announce_certificates
from prakerja.wallets.models import Wallet
from tests import builders as b
from tests.attendance import HOURS, PRICE, STARTS, Class, another, bought_class, completed_class
from tests.money import review, wib

pytestmark = pytest.mark.django_db
ENDS = STARTS[-1] + HOURS


def send(taken: Class, **changes: Any) -> CompletionReceipt:
    values: dict[str, Any] = {
        "institution_id": taken.world.institution.partner_id,
        "code": taken.code,
        "completed_date": None,
        "score": 85,
        "certificate_number": "RK-1",
        "certificate_kind": "completion",
        "idempotency_key": "k-1",
        "at": ENDS + timedelta(days=1),
    }
    return record_completion(**values | changes)


def test_the_last_attendance_completes_the_class() -> None:
    taken = bought_class(certificate_kinds=["excellence", "completion"])
    for sequence, start in enumerate(STARTS, 1):
        taken.attend(sequence, at=start)
        assert not Completion.objects.exists()
    taken.attend(999, at=ENDS)
    done = Completion.objects.get()
    assert (done.source, done.completed_date, done.score, done.reported_at) == (
        "derived",
        wib("2023-05-22 00:00").date(),
        None,
        ENDS,
    )
    certificate = Certificate.objects.get()
    assert (certificate.kind, certificate.number, certificate.visible_from) == ("excellence", "", ENDS)
    # It shows at once, and in 2023 the purchase waits for the review.
    assert certificate.announced_at == ENDS
    assert Message.objects.filter(template="cert_ready").count() == 1
    assert Purchase.objects.get().is_open is True
    review(taken.who, at=wib("2023-05-29 20:00"))
    assert Purchase.objects.get().is_open is False
    assert Wallet.objects.get().spendable_until == wib("2023-06-13 00:00")


def test_a_live_class_s_certificate_waits_for_its_end() -> None:
    taken = bought_class()
    for sequence, start in enumerate(STARTS, 1):
        taken.attend(sequence, at=start)
    taken.attend(999, at=ENDS - timedelta(minutes=30))
    assert Certificate.objects.get().visible_from == ENDS
    with pytest.raises(Refused, match="certificate_not_visible"):
        rate_training(
            person_id=taken.who.person_id,
            completion_id=Completion.objects.get().id,
            stars=5,
            review="Baik",
            at=ENDS - timedelta(seconds=1),
        )
    assert TASKS[-1].next_due() == ENDS
    assert announce_certificates(ENDS) == 1


def test_a_post_test_of_another_day_completes_on_that_day() -> None:
    taken = bought_class()
    for sequence, start in enumerate(STARTS, 1):
        taken.attend(sequence, at=start)
    taken.attend(999, at=wib("2023-05-25 20:00"))
    assert Completion.objects.get().completed_date == wib("2023-05-25 00:00").date()


def test_a_missed_session_is_never_completed() -> None:
    taken = bought_class()
    taken.attend(1, at=STARTS[0])
    taken.attend(3, at=STARTS[2])
    assert taken.refusal(999, at=ENDS) == "sequence_out_of_order"
    for at in (ENDS, ENDS + timedelta(days=30)):
        with pytest.raises(Refused, match="attendance_incomplete"):
            send(taken, at=at)
    assert not Completion.objects.exists()


def test_a_report_adds_score_and_number_once() -> None:
    taken = bought_class()
    completed_class(taken)
    first = send(taken)
    assert (first.completed_date, first.score, first.certificate_number) == (wib("2023-05-22 00:00").date(), 85, "RK-1")
    assert first.visible_from == ENDS
    # Whatever day it names, the derived one stands.
    assert send(taken, completed_date=wib("2023-05-23 00:00").date(), idempotency_key="k-2") == first
    for changes in ({"score": 86}, {"certificate_number": "RK-2"}, {"certificate_kind": "excellence"}):
        with pytest.raises(Refused, match="completion_differs"):
            send(taken, **changes)
    assert (Completion.objects.count(), Certificate.objects.count()) == (1, 1)
    assert (CertificateNumberClaim.objects.count(), ReportClaim.objects.count()) == (1, 1)
    assert Message.objects.filter(template="cert_ready").count() == 1


def test_a_number_certifies_one_person() -> None:
    first = bought_class()
    second = another(first.world, run=first.run)
    completed_class(first)
    for sequence, start in enumerate((*STARTS, ENDS), 1):
        asked = second.ask(999 if sequence == 4 else sequence, at=start, email="lain@lms.example")
        second.click(asked.token, at=start)
    send(first)
    with pytest.raises(Refused, match="certificate_number_used"):
        send(second, idempotency_key="k-2")
    with pytest.raises(Refused, match="idempotency_key_reused"):
        send(second, certificate_number="RK-2")
    assert send(second, certificate_number="RK-2", idempotency_key="k-2").certificate_number == "RK-2"


def test_a_class_that_proves_nothing_by_itself_is_reported() -> None:
    taken = bought_class(has_post_test=False)
    for sequence, start in enumerate(STARTS, 1):
        taken.attend(sequence, at=start)
    assert not Completion.objects.exists()
    assert send(taken).certificate_number == "RK-1"
    assert Completion.objects.get().source == "reported"


def test_assignments_are_waited_for() -> None:
    taken = bought_class(required_assignments=1)
    completed_class(taken)
    assert not Completion.objects.exists()


def test_2021_waits_for_the_report() -> None:
    start = wib("2021-10-04 09:00")
    taken = bought_class(wave=21, at=b.BUY_AT, price=475_000, sessions=((start, start + HOURS),))
    taken.attend(1, at=start)
    taken.attend(999, at=start + timedelta(minutes=5))
    assert not Completion.objects.exists()
    assert send(taken, at=wib("2021-10-05 09:00")).visible_from == wib("2021-10-07 00:10")


def test_worked_example_7_with_attendance() -> None:
    """Session on 15 May from 09:00; done on 26 May with the post-test; reviewed on the 29th; window to 12 June."""
    session = (STARTS[0], wib("2023-05-26 12:00"))
    taken = bought_class(sessions=(session,))
    assert Wallet.objects.get().balance.amount == 3_500_000 - PRICE
    assert taken.refusal(at=wib("2023-05-15 07:59")) == "outside_window"
    taken.attend(1, at=wib("2023-05-15 08:00"))
    taken.attend(999, at=wib("2023-05-26 10:00"))
    assert Completion.objects.get().completed_date == wib("2023-05-26 00:00").date()
    review(taken.who, at=wib("2023-05-29 20:00"))
    assert Wallet.objects.get().spendable_until == wib("2023-06-13 00:00")


def failed() -> list[str]:
    return [check.name for check in prove().checks if not check.ok]


@pytest.mark.django_db(transaction=True)
def test_the_proof_finds_what_attendance_never_does() -> None:
    taken = bought_class()
    completed_class(taken)
    assert failed() == []
    Attendance.objects.filter(sequence=2).delete()
    assert failed() == [
        "attendance was verified after the first one, and the post-test after every session",
        "a completion that was derived has every attendance of its class",
    ]
    Attendance.objects.update(institution_email_index=b"another")
    assert failed()[-1] == "an institution's e-mail address is bound to a code that was verified with it"
