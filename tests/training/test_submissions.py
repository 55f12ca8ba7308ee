"""Assignments and feedback: who may hand in what, and how 1 becomes 2 or 3."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.audit.models import Record
from prakerja.kernel import ssrf_transport
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.partners.models import Partner
from prakerja.partners.operations import add_partner, register_origins
from prakerja.partners.queries import trusted_origins
from prakerja.purchases.operations import void_purchase
from prakerja.training import queries
from prakerja.training.models import Assignment, Completion, Feedback, SandboxSubmission
from prakerja.training.operations import (
    make_sandbox_codes,
    record_completion,
    redeem_code,
    reset_test_code,
    submission_status,
    submit_assignment,
    submit_feedback,
)
from prakerja.training.processing import LEASE, WAITS, process_files
from prakerja.training.queries import assignments_complete
from prakerja.training.sandbox_codes import commit_test_code
from prakerja.vouchers.models import Voucher
from tests import builders as b
from tests.attendance import STARTS, Class, bought_class
from tests.kernel.strangers import Stranger, Visit, stranger
from tests.training.test_files import PDF
from tests.waiting import LIMIT, wait_until

pytestmark = pytest.mark.django_db
LATER = b.BUY_AT + timedelta(hours=1)
URL = "https://berkas.id/tugas.pdf"
PATIENT = ssrf_transport.Limits(most_bytes=5000, total_seconds=LIMIT, connect_seconds=LIMIT, most_redirects=3)


class Learner:
    """A redeemed code of a sandbox institution, whose machine may be called."""

    def __init__(self, *, redeemed: bool = True, wave: int = 21, **course: object) -> None:
        self.world = b.world(wave=wave)
        self.who = b.participant(self.world)
        _, run = b.course(self.world, **course)  # type: ignore[arg-type]
        self.receipt = b.buy(self.world, self.who, run, invoice="INV-1")
        self.code = b.code_of(self.who.person_id)
        self.institution = self.world.institution.partner_id
        if redeemed:
            redeem_code(institution_id=self.institution, code=self.code, at=LATER)
        Partner.objects.filter(id=self.institution).update(is_sandbox=True)

    def trust(self, *origins: str) -> None:
        register_origins(actor=SYSTEM, code=self.world.institution.client_code, origins=origins, at=LATER)

    def hand_in(self, **changes: Any) -> int:
        return submit_assignment(**self._values(changes)).number

    def feed_back(self, **changes: Any) -> int:
        return submit_feedback(**self._values({"notes": "Bagus.", "url": ""} | changes)).number

    def status(self, **changes: Any) -> tuple[int, int]:
        values = self._values(changes)
        values.pop("url")
        values.pop("at")
        found = submission_status(**values)
        return found.assignment, found.feedback

    def _values(self, changes: dict[str, Any]) -> dict[str, Any]:
        return {
            "institution_id": self.institution,
            "is_sandbox": True,
            "code": self.code,
            "kind": "practice",
            "sequence": 1,
            "url": URL,
            "at": LATER,
        } | changes


def refusal(call: Any, **changes: Any) -> str:
    before = (Assignment.objects.count(), Feedback.objects.count(), Record.objects.count())
    with pytest.raises(Refused) as caught:
        call(**changes)
    assert (Assignment.objects.count(), Feedback.objects.count(), Record.objects.count()) == before
    return caught.value.reason


@pytest.fixture
def files() -> Iterator[Stranger]:
    """A file server: /tugas.pdf, a status by its number, and /slow."""

    def answer(visit: Visit) -> None:
        name = visit.path[1:]
        if name.isdigit():
            visit.say(int(name))
        elif name == "slow":
            # It answers when the other institution's file was asked for, and not before.
            wait_until(lambda: any(path == "/tugas.pdf" for _, path, _, _ in visit.server.visits))
            visit.say(200, PDF)
        else:
            visit.say(200, PDF if name.endswith(".pdf") else b"<html>")

    with stranger(answer) as server:
        yield server


def process(at: datetime = LATER) -> int:
    return process_files(at=at, limits=PATIENT)


def test_one_becomes_two(files: Stranger) -> None:
    learner = Learner()
    learner.trust(files.url)
    assert learner.status() == (0, 0)
    number = learner.hand_in(url=f"{files.url}/tugas.pdf")
    assert learner.status() == (1, 0)
    assert files.visits == []
    assert process() == 1
    assert learner.status() == (2, 0)
    made = Assignment.objects.get()
    assert (made.number, made.kind, made.sequence, made.file_type) == (number, "practice", 1, "pdf")
    assert (made.file_size, bytes(made.file_sha256 or b"")) == (len(PDF), hashlib.sha256(PDF).digest())
    assert (made.processed_at, made.process_at, made.attempt_count) == (LATER, None, 1)
    # What is stored of the address is sealed: who has it has the participant's work.
    assert b"tugas.pdf" not in bytes(made.url_enc or b"")
    assert [record.action for record in Record.objects.order_by("id")][-2:] == [
        "assignment.submitted",
        "assignment.accepted",
    ]
    assert process() == 0
    assert [visit[1] for visit in files.visits] == ["/tugas.pdf"]


def test_feedback_needs_an_assignment_and_notes_but_no_file(files: Stranger) -> None:
    learner = Learner()
    learner.trust(files.url)
    assert refusal(learner.feed_back) == "assignment_missing"
    first = learner.hand_in(url=f"{files.url}/404")
    assert refusal(learner.feed_back, sequence=2) == "assignment_missing"
    assert refusal(learner.feed_back, kind="skills_demonstration", sequence=999) == "assignment_missing"
    assert refusal(learner.feed_back, notes=" \n") == "field_invalid"
    second = learner.feed_back()
    assert second > first
    assert learner.status() == (1, 1)
    assert process() == 2
    # A file that failed was still handed in, so there is something to tell about it.
    assert learner.status() == (3, 2)
    assert Feedback.objects.get().assignment == Assignment.objects.get()
    learner.feed_back(url=f"{files.url}/halaman")
    assert learner.status() == (3, 1)
    process()
    assert learner.status() == (3, 3)
    assert [row.reason for row in Feedback.objects.order_by("number")] == ["", "type"]


def test_handing_in_again_begins_again(files: Stranger) -> None:
    learner = Learner()
    learner.trust(files.url)
    for name, expected in (("tugas.pdf", 2), ("404", 3), ("tugas.pdf", 2)):
        learner.hand_in(url=f"{files.url}/{name}")
        assert learner.status() == (1, 0)
        process()
        assert learner.status() == (expected, 0)
    numbers = list(Assignment.objects.order_by("submitted_at", "number").values_list("number", flat=True))
    assert numbers == sorted(set(numbers))
    # Another sequence and another kind stand alone.
    assert learner.status(sequence=2) == (0, 0)
    assert learner.status(kind="skills_demonstration", sequence=999) == (0, 0)


def test_what_may_pass_is_tried_again_and_then_given_up(files: Stranger) -> None:
    learner = Learner()
    learner.trust(files.url)
    learner.hand_in(url=f"{files.url}/503")
    at = LATER
    for wait in WAITS:
        assert process(at) == 1
        assert learner.status() == (1, 0)
        assert process(at + wait - timedelta(seconds=1)) == 0
        at += wait
    assert process(at) == 1
    assert learner.status() == (3, 0)
    assert Assignment.objects.get().reason == "http_503"
    assert len(files.visits) == 4


def test_a_worker_that_died_loses_its_rows(files: Stranger) -> None:
    learner = Learner()
    learner.trust(files.url)
    learner.hand_in(url=f"{files.url}/tugas.pdf")
    Assignment.objects.update(process_at=LATER + LEASE, attempt_count=1)
    assert process() == 0
    assert process(LATER + LEASE) == 1
    assert learner.status() == (2, 0)


def test_a_slow_server_holds_up_its_own_institution_only(files: Stranger) -> None:
    slow, quick = Learner(), Learner(wave=22)
    for learner in (slow, quick):
        learner.trust(files.url)
    for sequence in range(1, 21):
        slow.hand_in(url=f"{files.url}/slow", sequence=sequence)
    quick.hand_in(url=f"{files.url}/tugas.pdf")
    assert process() == 3
    assert quick.status() == (2, 0)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "file_url_invalid"),
        ("ftp://berkas.id/x", "file_url_invalid"),
        ("https://siapa:rahasia@berkas.id/x", "file_url_invalid"),
        ("https://berkas.id:22/x", "file_url_invalid"),
        ("https://berkas/x", "file_url_invalid"),
        ("https://berkas.id/" + "x" * 2000, "file_url_invalid"),
        ("http://127.0.0.1:8005/x", "file_address_forbidden"),
        ("http://2130706433/x", "file_address_forbidden"),
        ("http://[::ffff:10.0.0.1]/x", "file_address_forbidden"),
        ("http://169.254.169.254/latest/meta-data/", "file_address_forbidden"),
        ("http://localhost/x", "file_address_forbidden"),
    ],
)
def test_addresses_that_are_refused_at_once(url: str, reason: str) -> None:
    learner = Learner()
    assert refusal(learner.hand_in, url=url) == reason
    if url:
        assert refusal(learner.feed_back, url=url) == reason


def test_an_address_whose_name_leads_inside_fails_without_a_call(files: Stranger) -> None:
    learner = Learner()
    learner.hand_in(url="http://berkas.id:8080/tugas.pdf")
    assert process_files(at=LATER, limits=PATIENT, resolve=lambda host, port: ["127.0.0.1"]) == 1
    assert Assignment.objects.get().reason == "address_private"
    assert learner.status() == (3, 0)
    assert files.visits == []


@pytest.mark.parametrize(
    ("kind", "sequence"),
    [("practice", 0), ("practice", -1), ("practice", 999), ("practice", 10**30), ("skills_demonstration", 1)],
)
def test_sequences_that_a_kind_does_not_have(kind: str, sequence: int) -> None:
    learner = Learner()
    for call in (learner.hand_in, learner.feed_back, learner.status):
        assert refusal(call, kind=kind, sequence=sequence) == "assignment_sequence_invalid"


def test_the_last_sequence_of_each_kind() -> None:
    learner = Learner()
    learner.hand_in(sequence=998)
    learner.hand_in(kind="skills_demonstration", sequence=999)
    assert Assignment.objects.count() == 2


def test_refusals_in_the_published_order() -> None:
    learner = Learner(redeemed=False)
    other = add_partner(actor=SYSTEM, kind="institution", code="lain", name="Lain", at=b.ANNOUNCED).partner_id
    calls = (learner.hand_in, learner.feed_back, learner.status)
    assert {refusal(call, code="TIDAKADA2345") for call in calls} == {"code_unknown"}
    assert {refusal(call, institution_id=other) for call in calls} == {"not_owner"}
    assert {refusal(call) for call in calls[:2]} == {"code_not_redeemed"}
    assert learner.status() == (0, 0)
    void_purchase(
        platform_id=learner.world.platform.partner_id,
        invoice_code="INV-1",
        reference=learner.receipt.reference,
        at=LATER,
    )
    assert {refusal(call) for call in calls} == {"transaction_void"}
    assert {refusal(call, institution_id=other) for call in calls} == {"not_owner"}
    Voucher.objects.update(cancel_reason="code_voided")
    assert {refusal(call) for call in calls} == {"code_void"}
    late = Learner(redeemed=False, wave=22)
    Voucher.objects.filter(person_id=late.who.person_id).update(status="expired")
    calls = (late.hand_in, late.feed_back, late.status)
    assert {refusal(call, institution_id=other) for call in calls} == {"outside_window"}


def test_trust_is_for_sandbox_partners_of_a_sandbox() -> None:
    learner = Learner()
    learner.trust("http://127.0.0.1:8005/kelas", "HTTP://127.0.0.1:8005")
    assert trusted_origins(partner_id=learner.institution) == {"http://127.0.0.1:8005"}
    Partner.objects.update(is_sandbox=False)
    assert trusted_origins(partner_id=learner.institution) == frozenset()
    assert refusal(lambda **_: learner.trust("http://127.0.0.1:1")) == "partner_not_sandbox"
    assert refusal(lambda **_: learner.trust("ftp://x")) == "origin_invalid"
    assert (
        refusal(lambda **_: register_origins(actor=SYSTEM, code="tidakada", origins=(), at=LATER)) == "partner_unknown"
    )


def test_nothing_is_trusted_outside_a_sandbox() -> None:
    """A sandbox partner of a live database cannot make the live machine call itself."""
    b.install(is_sandbox=False)
    made = add_partner(actor=SYSTEM, kind="institution", code="uji", name="Uji", at=b.ANNOUNCED, is_sandbox=True)
    register_origins(actor=SYSTEM, code="uji", origins=["http://127.0.0.1:5432"], at=b.ANNOUNCED)
    assert trusted_origins(partner_id=made.partner_id) == frozenset()


def test_everything_required_stands_at_two(files: Stranger) -> None:
    learner = Learner()
    learner.trust(files.url)
    voucher = Voucher.objects.get()

    def complete(required: int) -> bool:
        return assignments_complete(person_id=voucher.person_id, voucher_id=voucher.id, required=required)

    assert [complete(required) for required in (0, 1)] == [True, False]
    learner.hand_in(url=f"{files.url}/tugas.pdf")
    assert [complete(required) for required in (0, 1)] == [False, False]
    process()
    assert [complete(required) for required in (0, 1)] == [False, False]
    learner.feed_back()
    process()
    assert [complete(required) for required in (0, 1, 2)] == [True, True, False]
    # A newer file of the same assignment is what counts.
    learner.hand_in(url=f"{files.url}/404")
    process()
    assert complete(1) is False
    learner.hand_in(url=f"{files.url}/tugas.pdf")
    process()
    assert complete(1) is True


def test_the_last_feedback_completes_a_class_of_2023(files: Stranger) -> None:
    taken: Class = bought_class(required_assignments=1)
    institution = taken.world.institution
    Partner.objects.filter(id=institution.partner_id).update(is_sandbox=True)
    register_origins(actor=SYSTEM, code=institution.client_code, origins=[files.url], at=STARTS[0])
    for sequence, at in ((1, STARTS[0]), (2, STARTS[1]), (3, STARTS[2]), (999, STARTS[2])):
        taken.attend(sequence, at=at)
    at = STARTS[2] + timedelta(hours=2)
    about: dict[str, Any] = {
        "institution_id": institution.partner_id,
        "is_sandbox": True,
        "code": taken.code,
        "kind": "practice",
        "sequence": 1,
        "at": at,
    }
    submit_assignment(**about, url=f"{files.url}/tugas.pdf")
    process_files(at=at, limits=PATIENT)
    with pytest.raises(Refused, match="attendance_incomplete"):
        record_completion(
            institution_id=institution.partner_id,
            code=taken.code,
            completed_date=None,
            score=90,
            certificate_number="S-1",
            certificate_kind="completion",
            idempotency_key="k-1",
            at=at + timedelta(days=1),
        )
    submit_feedback(**about, url="", notes="Selesai.")
    assert Completion.objects.count() == 0
    process_files(at=at, limits=PATIENT)
    made = Completion.objects.get()
    assert (made.source, made.reported_at) == ("derived", at)


def test_test_codes_take_assignments_too(files: Stranger) -> None:
    learner = Learner()
    learner.trust(files.url)
    with transaction():
        make_sandbox_codes(institution_id=learner.institution, at=LATER)
    learner.code = dict(queries.test_codes(institution_id=learner.institution))["TC2-001"]
    assert refusal(learner.hand_in) == "code_not_redeemed"
    commit_test_code(institution_id=learner.institution, code=learner.code, at=LATER)
    assert refusal(learner.feed_back) == "assignment_missing"
    other = add_partner(actor=SYSTEM, kind="institution", code="lain", name="Lain", at=b.ANNOUNCED).partner_id
    assert {refusal(call, institution_id=other) for call in (learner.hand_in, learner.status)} == {"not_owner"}
    assert {refusal(call, code="PRAT-TIDAK1") for call in (learner.hand_in, learner.status)} == {"code_unknown"}
    learner.hand_in(url=f"{files.url}/tugas.pdf")
    learner.feed_back(url=f"{files.url}/404")
    assert learner.status() == (1, 1)
    assert process() == 2
    assert learner.status() == (2, 3)
    assert Assignment.objects.count() == 0
    reset_test_code(institution_id=learner.institution, is_sandbox=True, code=learner.code)
    assert learner.status() == (0, 0)
    assert SandboxSubmission.objects.count() == 0
