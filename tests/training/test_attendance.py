"""States of attendance: who may open one, when, in which order, for which address; what the last click moves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.audit.models import Record
from prakerja.catalogue.models import Course
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.ledger.models import Transfer
from prakerja.partners.models import Partner
from prakerja.partners.operations import add_partner
from prakerja.purchases.class_cancelling import cancel_class
from prakerja.purchases.models import Purchase
from prakerja.purchases.operations import void_purchase
from prakerja.training.models import Attendance, AttendanceAttempt, InstitutionEmailClaim
from prakerja.training.queries import redemption_status
from prakerja.training.tokens import PageToken
from prakerja.training.verifying import attempt_to_verify, cancel_attempt, verify_attendance
from prakerja.vouchers.models import Voucher
from tests import builders as b
from tests.attendance import BOUGHT, EMAIL, HOURS, STARTS, Class, another, bought_class

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def wib(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


def rows() -> dict[str, Any]:
    """Everything that an attempt may change but itself."""
    return {
        "vouchers": list(Voucher.objects.order_by("id").values_list("status", "redeemed_at")),
        "attendance": list(Attendance.objects.order_by("sequence").values_list("sequence", "method")),
        "transfers": Transfer.objects.count(),
        "claims": InstitutionEmailClaim.objects.count(),
        "records": Record.objects.count(),
    }


def test_the_first_attendance_redeems_the_code_as_commit_does() -> None:
    taken = bought_class()
    asked = taken.ask(at=STARTS[0])
    assert (asked.delivery, asked.mode, len(asked.state)) == ("live", "online", 32)
    before = rows()
    assert taken.click(asked.token, at=STARTS[0] + MINUTE) == f"{b.RETURN_TO}?state={asked.state}"
    after = rows()
    assert after["vouchers"] == [("redeemed", STARTS[0] + MINUTE)]
    assert after["attendance"] == [(1, "verification_page")]
    moved = Transfer.objects.get(kind="redeem")
    assert (moved.amount, moved.debit.code) == (1_500_000, "vouchers_outstanding")
    assert moved.credit.code == f"payable:{taken.world.institution.client_code}"
    assert after["transfers"] == before["transfers"] + 1
    found = redemption_status(institution_id=taken.world.institution.partner_id, code=taken.code, at=STARTS[0])
    assert (found.status, found.attendance_status, found.redeem_at) == (1, 1, STARTS[0] + MINUTE)


def test_every_sequence_of_a_class_once() -> None:
    taken = bought_class()
    for sequence, start in enumerate(STARTS, 1):
        taken.attend(sequence, at=start)
        assert taken.refusal(sequence, at=start) == "code_used"
    taken.attend(999, at=STARTS[2] + HOURS)
    assert Transfer.objects.filter(kind="redeem").count() == 1
    assert [sequence for sequence, _ in rows()["attendance"]] == [1, 2, 3, 999]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2023-05-15 07:59:59", "outside_window"),
        ("2023-05-15 08:00:00", ""),
        ("2023-05-15 10:00:00", ""),
        ("2023-05-15 10:00:01", "outside_window"),
        ("2023-05-17 09:00:00", "outside_window"),
    ],
)
def test_the_window_of_the_first_session_is_worked_example_7(at: str, expected: str) -> None:
    assert bought_class().refusal(1, at=wib(at)) == expected


@pytest.mark.parametrize(
    ("sequence", "at", "expected"),
    [
        (2, "2023-05-15 09:00:00", "outside_window"),
        (2, "2023-05-17 07:59:59", "outside_window"),
        (2, "2023-05-17 08:00:00", ""),
        (2, "2023-05-17 10:00:00", ""),
        (2, "2023-05-17 10:00:01", "outside_window"),
        (3, "2023-05-22 08:00:00", ""),
        (3, "2023-05-22 10:00:01", "outside_window"),
        (4, "2023-05-22 09:00:00", "sequence_invalid"),
        (10, "2023-05-22 09:00:00", "sequence_invalid"),
    ],
)
def test_each_session_has_its_own_window(sequence: int, at: str, expected: str) -> None:
    taken = bought_class()
    taken.attend(1, at=STARTS[0])
    assert taken.refusal(sequence, at=wib(at)) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2023-05-22 07:59:59", "outside_window"),
        ("2023-05-22 08:00:00", ""),
        ("2023-05-29 11:59:59", ""),
        ("2023-05-29 12:00:00", "outside_window"),
    ],
)
def test_the_post_test_may_be_sat_for_a_week_after_the_class(at: str, expected: str) -> None:
    taken = bought_class(has_post_test=True)
    for sequence, start in enumerate(STARTS, 1):
        # The third is verified as early as it can be, so that the window of 999 is what is looked at.
        taken.attend(sequence, at=start - timedelta(hours=1))
    assert taken.refusal(999, at=wib(at)) == expected


def test_a_class_without_a_post_test_has_no_999() -> None:
    taken = bought_class(has_post_test=False)
    taken.attend(1, at=STARTS[0])
    assert taken.refusal(999, at=STARTS[2]) == "sequence_invalid"


def test_1_is_first_and_999_last_and_a_missed_session_shuts_only_999_out() -> None:
    taken = bought_class()
    assert taken.refusal(2, at=STARTS[1]) == "sequence_out_of_order"
    taken.attend(1, at=STARTS[0])
    taken.attend(3, at=STARTS[2])
    assert taken.refusal(999, at=STARTS[2]) == "sequence_out_of_order"
    # The second session is over: what was missed stays missed.
    assert taken.refusal(2, at=STARTS[2]) == "outside_window"


def test_self_paced_has_1_and_999_from_the_run_s_start_to_its_end() -> None:
    times = {"starts_at": wib("2023-05-14 00:00:00"), "ends_at": wib("2023-07-01 00:00:00")}
    taken = bought_class(delivery="self_paced", sessions=(), **times)
    assert taken.refusal(1, at=wib("2023-05-13 23:59:59")) == "outside_window"
    assert taken.refusal(2, at=wib("2023-05-20 00:00:00")) == "sequence_invalid"
    assert taken.refusal(999, at=wib("2023-05-20 00:00:00")) == "sequence_out_of_order"
    taken.attend(1, at=wib("2023-05-14 00:00:00"))
    assert taken.refusal(999, at=wib("2023-07-01 00:00:00")) == "outside_window"
    taken.attend(999, at=wib("2023-06-30 23:59:59"))


def test_nobody_attends_a_cancelled_class() -> None:
    taken = bought_class()
    before = STARTS[0] - timedelta(minutes=30)
    assert taken.refusal(at=before) == ""
    with transaction():
        cancel_class(
            institution_id=taken.world.institution.partner_id, schedule_code=taken.run.code, at=before + MINUTE
        )
    assert [taken.refusal(at=at) for at in (before + MINUTE, STARTS[0])] == ["outside_window"] * 2


def test_in_2021_the_window_is_the_class() -> None:
    start = wib("2021-10-04 09:00:00")
    taken = bought_class(wave=21, at=b.BUY_AT, price=475_000, sessions=((start, start + HOURS),), has_post_test=False)
    assert taken.refusal(1, at=start - timedelta(hours=1) - SECOND) == "outside_window"
    assert taken.refusal(1, at=start + HOURS) == "outside_window"
    asked = taken.ask(at=start + HOURS - MINUTE)
    # No face is asked for: a wrong answer to a question that nobody put changes nothing.
    assert taken.click(asked.token, at=start + HOURS - SECOND, face={}) == f"{b.RETURN_TO}?state={asked.state}"


def test_the_newest_state_wins() -> None:
    taken = bought_class()
    old = taken.ask(at=STARTS[0])
    new = taken.ask(at=STARTS[0])
    assert old.state != new.state
    assert old.token != new.token
    with pytest.raises(Refused, match="state_expired"):
        taken.click(old.token, at=STARTS[0])
    assert attempt_to_verify(token=old.token, at=STARTS[0]).stage == "replaced"
    assert taken.click(new.token, at=STARTS[0]) == f"{b.RETURN_TO}?state={new.state}"


@pytest.mark.parametrize(
    ("later", "is_alive"), [(timedelta(minutes=30) - SECOND, True), (timedelta(minutes=30), False)]
)
def test_an_unused_state_ends_after_half_an_hour(later: timedelta, is_alive: bool) -> None:
    taken = bought_class()
    asked = taken.ask(at=STARTS[0])
    assert attempt_to_verify(token=asked.token, at=STARTS[0] + later).stage == ("open" if is_alive else "expired")
    before = rows()
    if is_alive:
        assert taken.click(asked.token, at=STARTS[0] + later) is not None
    else:
        with pytest.raises(Refused, match="state_expired"):
            taken.click(asked.token, at=STARTS[0] + later)
        assert rows() == before


def test_a_state_works_once() -> None:
    taken = bought_class()
    asked = taken.ask(at=STARTS[0])
    taken.click(asked.token, at=STARTS[0])
    before = rows()
    for again in (
        lambda: taken.click(asked.token, at=STARTS[0]),
        lambda: cancel_attempt(token=asked.token, proven=None, at=STARTS[0]),
    ):
        with pytest.raises(Refused, match="state_used"):
            again()
    assert rows() == before


def test_somebody_else_s_proof_is_worth_nothing() -> None:
    taken = bought_class()
    thief = another(taken.world, run=taken.run)
    asked = taken.ask(at=STARTS[0])
    before = rows()
    for proven in (thief.who.person_id, None):
        with pytest.raises(Refused, match="not_yours"):
            verify_attendance(token=asked.token, proven=proven, answers={"face": "match"}, at=STARTS[0])
    assert rows() == before
    assert attempt_to_verify(token=asked.token, at=STARTS[0]).stage == "open"


@pytest.mark.parametrize("change", ["flip", "cut", "empty", "long", "other_person", "random", "nul"])
def test_a_token_that_we_did_not_make_is_unknown(change: str) -> None:
    taken = bought_class()
    other = another(taken.world, run=taken.run)
    token = taken.ask(at=STARTS[0]).token
    attempt = PageToken.parse(token)
    assert attempt is not None
    forged = {
        "flip": token[:40] + ("A" if token[40] != "A" else "B") + token[41:],
        "cut": token[:-4],
        "empty": "",
        "long": token * 2,
        "other_person": PageToken(other.who.person_id, attempt.attempt_id).text(),
        "random": "A" * len(token),
        "nul": "\x00" + token[1:],
    }[change]
    with pytest.raises(Refused, match="state_unknown"):
        attempt_to_verify(token=forged, at=STARTS[0])


def test_the_token_names_nobody() -> None:
    taken = bought_class()
    first, second = taken.ask(at=STARTS[0]), taken.ask(at=STARTS[0])
    import base64

    for token in (first.token, second.token):
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        assert taken.who.person_id.bytes not in raw
        assert taken.who.person_id.hex.encode() not in raw
        assert taken.code not in token


def test_cancelling_and_a_face_that_is_not_the_person() -> None:
    taken = bought_class()
    before = rows()
    asked = taken.ask(at=STARTS[0])
    assert cancel_attempt(token=asked.token, proven=taken.who.person_id, at=STARTS[0]) == (
        f"{b.RETURN_TO}?state={asked.state}&success=false&code=ERRTRX40092"
    )
    assert attempt_to_verify(token=asked.token, at=STARTS[0]).stage == "cancelled"
    asked = taken.ask(at=STARTS[0])
    assert taken.click(asked.token, at=STARTS[0], face={"face": "no_match"}) == (
        f"{b.RETURN_TO}?state={asked.state}&success=false&code=ERRTRX40392"
    )
    assert attempt_to_verify(token=asked.token, at=STARTS[0]).stage == "failed"
    assert rows() == before
    taken.attend(1, at=STARTS[0])


def test_who_proved_nothing_goes_back_and_ends_nothing() -> None:
    taken = bought_class()
    asked = taken.ask(at=STARTS[0])
    address = cancel_attempt(token=asked.token, proven=None, at=STARTS[0])
    assert address is not None
    assert address.endswith("&success=false&code=ERRTRX40092")
    assert attempt_to_verify(token=asked.token, at=STARTS[0]).stage == "open"


def test_the_rules_are_asked_again_at_the_last_click() -> None:
    taken = bought_class()
    asked = taken.ask(at=STARTS[0] + timedelta(minutes=59))
    before = rows()
    assert taken.click(asked.token, at=STARTS[0] + timedelta(hours=1, seconds=1)) == (
        f"{b.RETURN_TO}?state={asked.state}&success=false&code=ERRTRX40027"
    )
    assert rows() == before
    assert AttendanceAttempt.objects.values_list("status", "reason").get() == ("failed", "outside_window")


def test_a_code_dies_with_its_transaction() -> None:
    taken = bought_class()
    asked = taken.ask(at=STARTS[0])
    purchase = Purchase.objects.get()
    void_purchase(
        platform_id=taken.world.platform.partner_id,
        invoice_code=purchase.invoice_code,
        reference=purchase.reference,
        at=STARTS[0],
    )
    assert taken.click(asked.token, at=STARTS[0]) == (
        f"{b.RETURN_TO}?state={asked.state}&success=false&code=ERRTRX40101"
    )
    assert taken.refusal(at=STARTS[0]) == "transaction_void"
    Voucher.objects.update(cancel_reason="code_voided")
    assert taken.refusal(at=STARTS[0]) == "code_void"


def test_the_published_family_in_its_order() -> None:
    taken = bought_class()
    other = add_partner(
        actor=SYSTEM, kind="institution", code="lain", name="Lain", at=BOUGHT, redirect_uris=(b.RETURN_TO,)
    ).partner_id
    early = STARTS[0] - timedelta(hours=2)
    assert taken.refusal(at=early, institution_id=other, code="TIDAKADA2345") == "code_unknown"
    assert taken.refusal(5, at=early, institution_id=other) == "sequence_invalid"
    assert taken.refusal(at=early, institution_id=other) == "outside_window"
    assert taken.refusal(at=STARTS[0], institution_id=other) == "not_owner"
    Course.objects.update(mode="onsite")
    assert taken.refusal(at=early, institution_id=other) == "type_mismatch"


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "https://lms.example/prakerja/kembali/",
        "https://lms.example/prakerja/kembali?x=1",
        "HTTPS://lms.example/prakerja/kembali",
        "https://lms.example.jahat.example/prakerja/kembali",
        "https://jahat.example/",
        "//jahat.example",
        "javascript:alert(1)",
        "https://lms.example/prakerja/kembali\r\nSet-Cookie: a=b",
        "https://lms.example/prakerja/kembali\x00",
        "😀",
    ],
)
def test_only_registered_addresses_to_the_letter(uri: str) -> None:
    assert bought_class().refusal(at=STARTS[0], redirect_uri=uri) == "redirect_uri_unregistered"


@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//jahat.example/",
        "/dashboard",
        "https://lms.example/a\r\nSet-Cookie: a=b",
        "https://lms.example/a b",
        "https://user@lms.example/",
        "https://lms.example;script-src *",
        "https:///x",
        "ftp://lms.example/",
        "https://lms.example:99999/",
    ],
)
def test_what_was_filed_by_mistake_is_not_gone_to(uri: str) -> None:
    taken = bought_class()
    Partner.objects.filter(id=taken.world.institution.partner_id).update(redirect_uris=[uri])
    assert taken.refusal(at=STARTS[0], redirect_uri=uri) == "redirect_uri_unregistered"


def test_an_address_that_was_taken_back_is_not_gone_to() -> None:
    taken = bought_class()
    asked = taken.ask(at=STARTS[0])
    Partner.objects.filter(id=taken.world.institution.partner_id).update(redirect_uris=[])
    assert taken.click(asked.token, at=STARTS[0]) is None
    assert (attempt_to_verify(token=asked.token, at=STARTS[0]).stage, rows()["attendance"][0][0]) == ("verified", 1)
    assert attempt_to_verify(token=asked.token, at=STARTS[0]).leads_to is None


def test_what_stands_in_the_query_stays() -> None:
    taken = bought_class()
    asked = taken.ask(at=STARTS[0], redirect_uri=b.RETURN_WITH_QUERY)
    assert taken.click(asked.token, at=STARTS[0], face={}) == (
        f"https://lms.example/kembali?kelas=7&state={asked.state}&success=false&code=ERRTRX40392#hasil"
    )


def second_code(taken: Class) -> Class:
    return another(taken.world, run=taken.run)


def test_an_address_takes_a_course_once() -> None:
    first = bought_class()
    second = second_code(first)
    # Asking binds nothing.
    first.ask(at=STARTS[0])
    waiting = second.ask(at=STARTS[0])
    first.attend(1, at=STARTS[0])
    for email in (EMAIL, " Siti@LMS.example "):
        assert second.refusal(at=STARTS[0], email=email) == "email_used"
    before = rows()
    assert second.click(waiting.token, at=STARTS[0]) == (
        f"{b.RETURN_TO}?state={waiting.state}&success=false&code=ERRTRX40991"
    )
    assert rows() == before
    assert second.refusal(at=STARTS[0], email="lain@lms.example") == ""
    # The same address in another course, and at another institution, is another matter.
    assert another(first.world).refusal(at=STARTS[0]) == ""
    assert bought_class(wave=52).refusal(at=STARTS[0]) == ""
    # And the first code goes on with it.
    first.attend(2, at=STARTS[1])


def test_a_cancelled_code_lets_go_of_its_address() -> None:
    first = bought_class()
    second = second_code(first)
    first.attend(1, at=STARTS[0])
    # An operator cancels a redeemed code with its session (contract.md 4); there is no verb for it yet.
    Voucher.objects.filter(person_id=first.who.person_id).update(
        status="cancelled", cancel_reason="session_cancelled", ended_at=STARTS[0]
    )
    second.attend(1, at=STARTS[0])
    assert InstitutionEmailClaim.objects.get().person_id == second.who.person_id


def test_no_verifier_means_nobody_passes(settings: Any) -> None:
    taken = bought_class()
    asked = taken.ask(at=STARTS[0])
    settings.FACE_VERIFIER = "belum_ada"
    with pytest.raises(Refused, match="face_unavailable"):
        taken.click(asked.token, at=STARTS[0])
    assert rows()["attendance"] == []
