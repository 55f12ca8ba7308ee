"""Sixteen sessions at one barrier: one state, one verification, one e-mail address, whoever comes first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from prakerja.ledger.models import Transfer
from prakerja.purchases.models import Purchase
from prakerja.purchases.operations import void_purchase
from prakerja.reporting.proof import prove
from prakerja.training.models import Attendance, AttendanceAttempt, Completion, InstitutionEmailClaim
from prakerja.training.operations import redeem_code
from prakerja.training.verifying import cancel_attempt
from prakerja.vouchers.models import Voucher
from tests.attendance import BOUGHT, HOURS, STARTS, another, bought_class
from tests.races.barrier import SESSIONS, race

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _money_is_proved() -> Iterator[None]:
    yield
    assert [check for check in prove().checks if not check.ok] == []


def tally(results: list[object]) -> Counter[str]:
    """Refusals by their reason, the ways back by how they ended."""

    def word(result: object) -> str:
        text = str(result)
        if not text.startswith("https://"):
            return text if isinstance(result, str) else type(result).__name__
        return text.partition("&code=")[2] or "verified"

    return Counter(word(result) for result in results)


def test_one_state_is_verified_once() -> None:
    taken = bought_class()
    token = taken.ask(at=STARTS[0]).token
    results = race([lambda: taken.click(token, at=STARTS[0])] * SESSIONS)
    assert tally(results) == {"verified": 1, "state_used": SESSIONS - 1}
    assert (Attendance.objects.count(), Transfer.objects.filter(kind="redeem").count()) == (1, 1)


def test_a_later_sequence_is_verified_once() -> None:
    taken = bought_class()
    taken.attend(1, at=STARTS[0])
    token = taken.ask(2, at=STARTS[1]).token
    results = race([lambda: taken.click(token, at=STARTS[1])] * SESSIONS)
    assert tally(results) == {"verified": 1, "state_used": SESSIONS - 1}
    assert sorted(Attendance.objects.values_list("sequence", flat=True)) == [1, 2]


def test_one_state_lives_of_sixteen_that_are_asked_for() -> None:
    taken = bought_class()
    race([lambda: taken.ask(at=STARTS[0])] * SESSIONS)
    states = Counter(AttendanceAttempt.objects.values_list("status", flat=True))
    assert states == {"open": 1, "replaced": SESSIONS - 1}


def test_a_click_against_a_newer_state() -> None:
    taken = bought_class()
    token = taken.ask(at=STARTS[0]).token
    results = tally(race([lambda: taken.click(token, at=STARTS[0]), lambda: taken.ask(at=STARTS[0])] * (SESSIONS // 2)))
    if results["verified"]:
        assert results["verified"] == 1
        assert Voucher.objects.get().status == "redeemed"
        assert not AttendanceAttempt.objects.filter(status="open").exists()
    else:
        assert results["state_expired"] == SESSIONS // 2
        assert Voucher.objects.get().status == "issued"


def test_a_click_against_cancelling_and_a_wrong_face() -> None:
    taken = bought_class()
    token = taken.ask(at=STARTS[0]).token
    owner = taken.who.person_id
    results = tally(
        race(
            [
                lambda: taken.click(token, at=STARTS[0]),
                lambda: cancel_attempt(token=token, proven=owner, at=STARTS[0]),
                lambda: taken.click(token, at=STARTS[0], face={"face": "no"}),
            ]
            * 5
        )
    )
    assert results["state_used"] == 14
    assert results["verified"] + results["ERRTRX40092"] + results["ERRTRX40392"] == 1
    assert Attendance.objects.count() == results["verified"]


def test_the_page_against_commit() -> None:
    taken = bought_class()
    token = taken.ask(at=STARTS[0]).token
    institution = taken.world.institution.partner_id

    def commit() -> str:
        redeem_code(institution_id=institution, code=taken.code, at=STARTS[0])
        return "committed"

    results = tally(race([lambda: taken.click(token, at=STARTS[0]), commit] * (SESSIONS // 2)))
    assert results["verified"] + results["committed"] == 1
    assert (Attendance.objects.count(), Transfer.objects.filter(kind="redeem").count()) == (1, 1)


def test_the_page_against_void() -> None:
    taken = bought_class()
    token = taken.ask(at=STARTS[0]).token
    purchase = Purchase.objects.get()

    def take_back() -> str:
        void_purchase(
            platform_id=taken.world.platform.partner_id,
            invoice_code=purchase.invoice_code,
            reference=purchase.reference,
            at=STARTS[0],
        )
        return "voided"

    results = tally(race([lambda: taken.click(token, at=STARTS[0]), take_back] * (SESSIONS // 2)))
    assert results["verified"] + results["voided"] == 1
    assert Voucher.objects.get().status == ("redeemed" if results["verified"] else "cancelled")


def test_one_address_of_sixteen_people() -> None:
    first = bought_class(seats=SESSIONS)
    people = [first, *(another(first.world, run=first.run, at=BOUGHT) for _ in range(SESSIONS - 1))]
    tokens = [person.ask(at=STARTS[0], email="sama@lms.example").token for person in people]
    results = tally(
        race([lambda p=p, t=t: p.click(t, at=STARTS[0]) for p, t in zip(people, tokens, strict=True)])  # type: ignore[misc]
    )
    assert results == {"verified": 1, "ERRTRX40991": SESSIONS - 1}
    claim = InstitutionEmailClaim.objects.get()
    assert Voucher.objects.get(status="redeemed").id == claim.voucher_id
    assert (Attendance.objects.count(), Transfer.objects.filter(kind="redeem").count()) == (1, 1)


def test_the_last_two_attendances_complete_the_class_once() -> None:
    """Session 3 and the post-test cannot be last together, but sessions 2 and 3 may be verified at one moment."""
    sessions = tuple((start, start + HOURS) for start in (STARTS[0], STARTS[1], STARTS[1]))
    taken = bought_class(sessions=sessions, required_assignments=0)
    taken.attend(1, at=STARTS[0])
    tokens = [taken.ask(sequence, at=STARTS[1]).token for sequence in (2, 3)]
    assert tally(race([lambda t=t: taken.click(t, at=STARTS[1]) for t in tokens])) == {"verified": 2}  # type: ignore[misc]
    token = taken.ask(999, at=STARTS[1]).token
    assert tally(race([lambda: taken.click(token, at=STARTS[1])] * SESSIONS))["verified"] == 1
    assert Completion.objects.count() == 1
