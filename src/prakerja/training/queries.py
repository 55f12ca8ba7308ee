"""Read the state of a code at its institution, and of what was handed in about it (contract.md 2.8, 2.13).

Reads: catalogue_course, catalogue_courserun, partners_partner, purchases_purchase, vouchers_voucher.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from prakerja.kernel.db import hot_row, row
from prakerja.kernel.errors import Refused
from prakerja.programmes.schemes import Delivery
from prakerja.training.facts import bought_code
from prakerja.training.models import (
    Assignment,
    Attendance,
    CancellationCase,
    Certificate,
    CertificateNumberClaim,
    Completion,
    Feedback,
    Rating,
    SandboxCode,
)
from prakerja.training.policies import Kind, sequence_fits, sequences_of, voucher_refusal
from prakerja.vouchers.queries import route_of_code


@dataclass(frozen=True)
class RedemptionStatus:
    """`status` 1 = redeemed; `attendance_status` 1 = verified for the asked sequence. Instants are UTC programme time."""

    redeem_code: str
    course_code: str
    invoice_code: str
    schedule_code: str
    status: int
    attendance_status: int
    redeem_at: datetime | None
    platform_name: str
    starts_at: datetime
    ends_at: datetime
    delivery: str
    mode: str
    sequence: int


_STATUS = """
SELECT voucher.institution_id, voucher.status, voucher.cancel_reason, voucher.redeemed_at, course.code, run.code,
       run.starts_at, run.ends_at, course.delivery, course.mode, purchase.invoice_code, platform.name,
       attendance.id IS NOT NULL, run.session_count, course.has_post_test
  FROM vouchers_voucher voucher
  JOIN catalogue_courserun run ON run.id = voucher.course_run_id
  JOIN catalogue_course course ON course.id = run.course_id
  JOIN purchases_purchase purchase ON purchase.person_id = voucher.person_id AND purchase.voucher_id = voucher.id
  JOIN partners_partner platform ON platform.id = purchase.platform_id
  LEFT JOIN training_attendance attendance ON attendance.person_id = voucher.person_id
        AND attendance.voucher_id = voucher.id AND attendance.sequence = %s
 WHERE voucher.person_id = %s AND voucher.id = %s
"""


def test_codes(*, institution_id: uuid.UUID) -> list[tuple[str, str]]:
    """(case, code) of an institution's test codes, in the order of their cases."""
    return list(SandboxCode.objects.filter(institution_id=institution_id).order_by("case").values_list("case", "code"))


def redemption_status(*, institution_id: uuid.UUID, code: str, sequence: int = 1, at: datetime) -> RedemptionStatus:
    """State of a code of this institution at one sequence that its class has (1-10, 999).

    Raises Refused: code_unknown, sequence_invalid, not_owner, code_void, transaction_void.
    """
    route = route_of_code(code=code)
    found = hot_row(_STATUS, [sequence, route.person_id, route.voucher_id])
    if found is None:
        raise Refused("code_unknown")
    owner, status, cancel_reason, redeemed_at, course, run, starts, ends, *rest = found
    delivery, mode, invoice, platform, there, session_count, has_post_test = rest
    if sequence not in sequences_of(
        delivery=Delivery(delivery), session_count=session_count, has_post_test=has_post_test
    ):
        raise Refused("sequence_invalid")
    if owner != institution_id:
        raise Refused("not_owner")
    if status == "cancelled":
        raise Refused("code_void" if cancel_reason == "code_voided" else "transaction_void")
    return RedemptionStatus(
        redeem_code=code,
        course_code=course,
        invoice_code=invoice,
        schedule_code=run,
        status=1 if status == "redeemed" else 0,
        attendance_status=1 if there else 0,
        redeem_at=redeemed_at,
        platform_name=platform,
        starts_at=starts,
        ends_at=ends,
        delivery=delivery,
        mode=mode,
        sequence=sequence,
    )


_ASSIGNMENTS = """
SELECT count(*), count(*) FILTER (WHERE assignment.status = 'accepted' AND feedback.status = 'accepted')
  FROM (SELECT DISTINCT ON (kind, sequence) kind, sequence, status FROM training_assignment
         WHERE person_id = %s AND voucher_id = %s ORDER BY kind, sequence, number DESC) assignment
  LEFT JOIN (SELECT DISTINCT ON (kind, sequence) kind, sequence, status FROM training_feedback
              WHERE person_id = %s AND voucher_id = %s ORDER BY kind, sequence, number DESC) feedback
       USING (kind, sequence)
"""


def assignments_complete(*, person_id: uuid.UUID, voucher_id: uuid.UUID, required: int) -> bool:
    """Whether every assignment of a code that was begun stands at 2 with its feedback, and these are at least `required`.

    Both kinds count, each kind and sequence once, by its newest submission (contract.md 4, G11; decisions.md 21).
    """
    found = row(_ASSIGNMENTS, [person_id, voucher_id, person_id, voucher_id])
    begun, done = found if found is not None else (0, 0)
    return bool(done == begun and done >= required)


# The contract's numbers; 0 is for what was never handed in.
WIRE_STATUS = {"submitted": 1, "accepted": 2, "rejected": 3}


@dataclass(frozen=True)
class SubmissionStatus:
    """Each 0 not submitted, 1 pending, 2 success, 3 failed."""

    assignment: int
    feedback: int

    @classmethod
    def of(cls, *, assignments: QuerySet[Any], feedback: QuerySet[Any]) -> SubmissionStatus:
        """The newest of each."""
        return cls(_newest(assignments), _newest(feedback))


def submission_status(*, institution_id: uuid.UUID, code: str, kind: Kind, sequence: int) -> SubmissionStatus:
    """The newest assignment and feedback of a code of this institution, redeemed or not yet.

    Raises Refused: assignment_sequence_invalid, code_unknown, outside_window, not_owner, code_void, transaction_void.
    """
    if not sequence_fits(kind=kind, sequence=sequence):
        raise Refused("assignment_sequence_invalid")
    route = route_of_code(code=code)
    facts = bought_code(person_id=route.person_id, voucher_id=route.voucher_id).facts
    reason = voucher_refusal(
        owner=facts.institution_id,
        status=facts.status,
        cancel_reason=facts.cancel_reason,
        institution_id=institution_id,
    )
    if reason is not None:
        raise Refused(reason)
    about = {"person_id": route.person_id, "voucher_id": route.voucher_id, "kind": kind, "sequence": sequence}
    return SubmissionStatus.of(
        assignments=Assignment.objects.filter(**about), feedback=Feedback.objects.filter(**about)
    )


def _newest(found: QuerySet[Any]) -> int:
    status = found.order_by("-number").values_list("status", flat=True).first()
    return WIRE_STATUS[status] if status is not None else 0


def completion_of_code(*, code: str) -> uuid.UUID | None:
    """The completion of a class that was bought with this code, or None. Raises Refused: code_unknown."""
    route = route_of_code(code=code)
    found = Completion.objects.filter(person_id=route.person_id, voucher_id=route.voucher_id, withdrawn_at=None)
    return found.values_list("id", flat=True).first()


@dataclass(frozen=True)
class ReportedCompletion:
    """A report that stands, for an operator. `completed_date` is a day in WIB, `visible_from` UTC programme time."""

    person_id: uuid.UUID
    completion_id: uuid.UUID
    person_name: str
    institution_name: str
    course_title: str
    certificate_kinds: tuple[str, ...]
    completed_date: date
    score: int | None
    certificate_number: str
    certificate_kind: str
    visible_from: datetime
    is_reviewed: bool

    @property
    def report(self) -> dict[str, Any]:
        """What the institution said, by the names of its call."""
        names = ("completed_date", "score", "certificate_number", "certificate_kind")
        return {name: getattr(self, name) for name in names}


def completion_of_certificate(*, institution_id: uuid.UUID, number: str) -> ReportedCompletion | None:
    """The report of an institution with this certificate number, while it stands."""
    claim = CertificateNumberClaim.objects.filter(institution_id=institution_id, number=number.strip()).first()
    if claim is None:
        return None
    certificate = Certificate.objects.get(
        person_id=claim.person_id,
        number=claim.number,
        completion__withdrawn_at=None,
        completion__voucher__institution_id=institution_id,
    )
    return reported_completion(person_id=claim.person_id, completion_id=certificate.completion_id)


def reported_completion(*, person_id: uuid.UUID, completion_id: uuid.UUID) -> ReportedCompletion | None:
    """A report that stands, by its completion; None when there is none, or nobody reported anything of a derived one."""
    completion = (
        Completion.objects.filter(person_id=person_id, id=completion_id, withdrawn_at=None)
        .select_related("person", "voucher__institution", "voucher__course_run__course")
        .first()
    )
    if completion is None:
        return None
    certificate = Certificate.objects.get(person_id=person_id, completion=completion)
    if not certificate.number:
        return None
    return ReportedCompletion(
        person_id=person_id,
        completion_id=completion.id,
        person_name=completion.person.name,
        institution_name=completion.voucher.institution.name,
        course_title=completion.voucher.course_run.course.title,
        certificate_kinds=tuple(completion.voucher.course_run.course.certificate_kinds),
        completed_date=completion.completed_date,
        score=completion.score,
        certificate_number=certificate.number,
        certificate_kind=certificate.kind,
        visible_from=certificate.visible_from,
        is_reviewed=Rating.objects.filter(person_id=person_id, completion=completion).exists(),
    )


@dataclass(frozen=True)
class Progress:
    """How far a completed class got. Instants are UTC programme time; None for what is not there."""

    completion_id: uuid.UUID
    certificate_visible_from: datetime | None
    rated_at: datetime | None


def progress(*, person_id: uuid.UUID, voucher_id: uuid.UUID) -> Progress | None:
    """How far the class of this code got once it was completed; None before."""
    return progress_of_many(codes=[(person_id, voucher_id)]).get(voucher_id)


def progress_of_many(*, codes: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> dict[uuid.UUID, Progress]:
    """The same for many codes, as (person, code), by code; those that are not completed are not in it."""
    people = {person_id for person_id, _ in codes}
    completions = Completion.objects.filter(
        person_id__any_of=people, voucher_id__any_of=[voucher_id for _, voucher_id in codes], withdrawn_at=None
    ).values_list("id", "voucher_id")
    by_completion = dict(completions)
    certified: dict[uuid.UUID, datetime] = {}
    certificates = Certificate.objects.filter(person_id__any_of=people, completion_id__any_of=by_completion)
    for completion_id, visible_from in certificates.values_list("completion_id", "visible_from"):
        certified[completion_id] = min(visible_from, certified.get(completion_id, visible_from))
    ratings = Rating.objects.filter(person_id__any_of=people, completion_id__any_of=by_completion)
    rated = dict(ratings.values_list("completion_id", "created_at"))
    return {
        voucher_id: Progress(completion_id, certified.get(completion_id), rated.get(completion_id))
        for completion_id, voucher_id in by_completion.items()
    }


def people_with_open_case(*, person_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Of these people those about whose code, whose class was called off, an operator has still to decide."""
    waiting = CancellationCase.objects.filter(person_id__any_of=set(person_ids), status="open")
    return set(waiting.values_list("person_id", flat=True))


@dataclass(frozen=True)
class CaseLine:
    """A code whose class was called off after it had been entered. `amount` in rupiah; instants are UTC programme time."""

    case_id: uuid.UUID
    person_id: uuid.UUID
    person_name: str
    course_title: str
    schedule_code: str
    institution_name: str
    amount: int
    known: str
    redeemed_at: datetime | None
    found_at: datetime
    status: str
    decision: str
    note: str


def cancellation_cases(*, most: int) -> list[CaseLine]:
    """Codes of cancelled classes that wait for an operator, the oldest first, at most `most`."""
    waiting = CancellationCase.objects.filter(status="open").order_by("found_at", "id")
    return [_case_line(one) for one in waiting.select_related(*_OF_A_CASE)[:most]]


def cancellation_case(*, person_id: uuid.UUID, case_id: uuid.UUID) -> CaseLine | None:
    """One of them, open or decided."""
    found = CancellationCase.objects.filter(person_id=person_id, id=case_id).select_related(*_OF_A_CASE).first()
    return _case_line(found) if found is not None else None


def attendance_of(*, person_id: uuid.UUID, voucher_id: uuid.UUID) -> dict[int, datetime]:
    """When the attendance of a code was verified, by its sequence (1-10, 999 of the final test); UTC programme time."""
    found = Attendance.objects.filter(person_id=person_id, voucher_id=voucher_id).order_by("sequence")
    return dict(found.values_list("sequence", "verified_at"))


def has_open_cancellation_case(*, person_id: uuid.UUID) -> bool:
    """Whether an operator still decides about a code of this person."""
    return CancellationCase.objects.filter(person_id=person_id, status="open").exists()


_OF_A_CASE = ("person", "purchase__voucher", "purchase__course__institution", "purchase__course_run")


def _case_line(case: CancellationCase) -> CaseLine:
    bought = case.purchase
    return CaseLine(
        case_id=case.id,
        person_id=case.person_id,
        person_name=case.person.name,
        course_title=bought.course.title,
        schedule_code=bought.course_run.code,
        institution_name=bought.course.institution.name,
        amount=bought.amount,
        known=case.known,
        redeemed_at=bought.voucher.redeemed_at,
        found_at=case.found_at,
        status=case.status,
        decision=case.decision,
        note=case.note,
    )
