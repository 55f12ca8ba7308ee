"""Read how a code's assignments and their feedback stand (partner-api.md 2.13)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from prakerja.kernel.errors import Refused
from prakerja.training import sandbox_codes
from prakerja.training.queries import route_of_code
from prakerja.training.submission_models import Assignment, Feedback, SandboxSubmission
from prakerja.training.submission_policies import Kind, sequence_fits, voucher_refusal
from prakerja.training.submitting import sandbox_code
from prakerja.vouchers.models import Voucher

# The contract's numbers; 0 is for what was never handed in.
WIRE_STATUS = {"submitted": 1, "accepted": 2, "rejected": 3}


@dataclass(frozen=True)
class SubmissionStatus:
    """Each 0 not submitted, 1 pending, 2 success, 3 failed."""

    assignment: int
    feedback: int


def submission_status(
    *, institution_id: uuid.UUID, is_sandbox: bool, code: str, kind: Kind, sequence: int
) -> SubmissionStatus:
    """The newest assignment and feedback of a code of this institution, redeemed or not yet.

    Raises Refused: assignment_sequence_invalid, code_unknown, outside_window, not_owner, code_void, transaction_void.
    """
    if not sequence_fits(kind=kind, sequence=sequence):
        raise Refused("assignment_sequence_invalid")
    if is_sandbox and sandbox_codes.is_test_code(code):
        found = SandboxSubmission.objects.filter(
            code=sandbox_code(institution_id=institution_id, code=code), kind=kind, sequence=sequence
        )
        return SubmissionStatus(_newest(found.filter(role="assignment")), _newest(found.filter(role="feedback")))
    claim = route_of_code(code=code)
    voucher = Voucher.objects.get(person_id=claim.person_id, id=claim.voucher_id)
    reason = voucher_refusal(
        owner=voucher.institution_id,
        status=voucher.status,
        cancel_reason=voucher.cancel_reason,
        institution_id=institution_id,
    )
    if reason is not None:
        raise Refused(reason)
    about = {"person_id": voucher.person_id, "voucher": voucher, "kind": kind, "sequence": sequence}
    return SubmissionStatus(_newest(Assignment.objects.filter(**about)), _newest(Feedback.objects.filter(**about)))


def _newest(found: QuerySet[Any]) -> int:
    status = found.order_by("-number").values_list("status", flat=True).first()
    return WIRE_STATUS[status] if status is not None else 0
