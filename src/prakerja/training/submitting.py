"""An institution hands in a participant's assignment, and its feedback on it (contract.md 2.11, 2.12).

Nothing is fetched here: the row is written, and `processing` fetches the file after the commit.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prakerja.access.actors import Actor
from prakerja.audit.operations import record
from prakerja.kernel import ssrf_policy
from prakerja.kernel.db import requires_transaction, row, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import seal
from prakerja.partners.queries import trusted_origins
from prakerja.training import sandbox_codes
from prakerja.training.models import Assignment, Feedback, SandboxAttendance, SandboxSubmission
from prakerja.training.policies import Kind, sequence_fits, voucher_refusal
from prakerja.vouchers.operations import lock_voucher
from prakerja.vouchers.queries import CodeRoute, route_of_code

_LONGEST_ADDRESS = 2000


@dataclass(frozen=True)
class SubmissionReceipt:
    """`number` is the contract's integer `id`. What was handed in waits for its file: status 1."""

    number: int


@dataclass(frozen=True)
class _Handed:
    institution_id: uuid.UUID
    is_sandbox: bool
    code: str
    kind: Kind
    sequence: int
    url: str
    at: datetime


def submit_assignment(
    *, institution_id: uuid.UUID, is_sandbox: bool, code: str, kind: Kind, sequence: int, url: str, at: datetime
) -> SubmissionReceipt:
    """Take the address of one file of an assignment of a redeemed code; repeats are new submissions.

    `sequence` is 1 to 998 for practice, 999 for the skills demonstration. Raises Refused: assignment_sequence_invalid,
    file_url_invalid, file_address_forbidden, code_unknown, outside_window, not_owner, code_void, transaction_void,
    code_not_redeemed.
    """
    handed = _Handed(institution_id, is_sandbox, code, kind, sequence, url, at)
    _check(handed, file_required=True)
    with transaction():
        if is_sandbox and sandbox_codes.is_test_code(code):
            return _sandbox(handed, role="assignment")
        route = _redeemed_code(institution_id=institution_id, code=code)
        common = _common(handed, table=Assignment._meta.db_table)
        made = Assignment.objects.create(person_id=route.person_id, voucher_id=route.voucher_id, **common)
        _record("assignment.submitted", made, institution_id)
    return SubmissionReceipt(made.number)


def submit_feedback(
    *,
    institution_id: uuid.UUID,
    is_sandbox: bool,
    code: str,
    kind: Kind,
    sequence: int,
    url: str,
    notes: str,
    at: datetime,
) -> SubmissionReceipt:
    """Take an institution's feedback on an assignment that it handed in; `url` may be "", `notes` may not.

    Raises Refused: as `submit_assignment`, then assignment_missing; field_invalid (notes).
    """
    handed = _Handed(institution_id, is_sandbox, code, kind, sequence, url, at)
    _check(handed, file_required=False)
    if not notes.strip():
        raise Refused("field_invalid", field="notes")
    with transaction():
        if is_sandbox and sandbox_codes.is_test_code(code):
            return _sandbox(handed, role="feedback", notes=notes)
        route = _redeemed_code(institution_id=institution_id, code=code)
        assignment = (
            Assignment.objects.filter(
                person_id=route.person_id, voucher_id=route.voucher_id, kind=kind, sequence=sequence
            )
            .order_by("-number")
            .first()
        )
        if assignment is None:
            raise Refused("assignment_missing")
        common = _common(handed, table=Feedback._meta.db_table)
        made = Feedback.objects.create(
            person_id=route.person_id, voucher_id=route.voucher_id, assignment=assignment, notes=notes, **common
        )
        _record("feedback.submitted", made, institution_id)
    return SubmissionReceipt(made.number)


@requires_transaction
def _redeemed_code(*, institution_id: uuid.UUID, code: str) -> CodeRoute:
    """The redeemed code of this institution, locked. Refuses in the published order (contract.md 2.7)."""
    route = route_of_code(code=code)
    voucher = lock_voucher(person_id=route.person_id, voucher_id=route.voucher_id)
    reason = voucher_refusal(
        owner=voucher.institution_id,
        status=voucher.status,
        cancel_reason=voucher.cancel_reason,
        institution_id=institution_id,
    )
    if reason is None and voucher.status != "redeemed":
        reason = "code_not_redeemed"
    if reason is not None:
        raise Refused(reason)
    return route


def _check(handed: _Handed, *, file_required: bool) -> None:
    if not sequence_fits(kind=handed.kind, sequence=handed.sequence):
        raise Refused("assignment_sequence_invalid")
    if not handed.url and not file_required:
        return
    if len(handed.url) > _LONGEST_ADDRESS:
        raise Refused("file_url_invalid")
    try:
        ssrf_policy.check(handed.url, trusted_origins=trusted_origins(partner_id=handed.institution_id))
    except ssrf_policy.AddressRefused as refusal:
        raise Refused("file_address_forbidden" if refusal.reason == "private" else "file_url_invalid") from None


@requires_transaction
def _common(handed: _Handed, *, table: str) -> dict[str, Any]:
    """The columns that every submission has."""
    made = new_id()
    sealed = seal(handed.url, table=table, column="url_enc", row_id=made) if handed.url else None
    found = row("SELECT nextval('training_submission_number')", [])
    if found is None:
        raise RuntimeError("a sequence always has a next number")
    return {
        "id": made,
        "institution_id": handed.institution_id,
        "kind": handed.kind,
        "sequence": handed.sequence,
        "number": found[0],
        "url_enc": sealed,
        "submitted_at": handed.at,
        "process_at": handed.at,
    }


@requires_transaction
def _sandbox(handed: _Handed, *, role: str, notes: str = "") -> SubmissionReceipt:
    """The same for a test code; resetting it forgets its submissions."""
    code = sandbox_codes.code_of_institution(institution_id=handed.institution_id, code=handed.code)
    if not SandboxAttendance.objects.filter(code=code, outcome="verified").exists():
        raise Refused("code_not_redeemed")
    if role == "feedback":
        given = SandboxSubmission.objects.filter(
            code=code, role="assignment", kind=handed.kind, sequence=handed.sequence
        )
        if not given.exists():
            raise Refused("assignment_missing")
    common = _common(handed, table=SandboxSubmission._meta.db_table)
    return SubmissionReceipt(SandboxSubmission.objects.create(code=code, role=role, notes=notes, **common).number)


@requires_transaction
def _record(action: str, made: Assignment | Feedback, institution_id: uuid.UUID) -> None:
    record(
        action=action,
        at=made.submitted_at,
        person_id=made.person_id,
        actor=Actor.partner(institution_id),
        subject_kind=action.partition(".")[0],
        subject_id=made.id,
        data={"kind": made.kind, "sequence": made.sequence, "number": made.number},
    )


@requires_transaction
def forget_files(*, person_id: uuid.UUID) -> int:
    """Wipe where the files lie that were handed in for a person, and what was written to them, inside the work that erases
    their data; hash, size and type of a file stay. What waits to be fetched is left alone. Returns how many rows."""
    count = 0
    for assignment in Assignment.objects.filter(person_id=person_id).exclude(status="submitted"):
        empty = seal("", table="training_assignment", column="url_enc", row_id=assignment.id)
        count += Assignment.objects.filter(person_id=person_id, id=assignment.id).update(url_enc=empty)
    feedback = Feedback.objects.filter(person_id=person_id).exclude(status="submitted")
    return count + feedback.update(url_enc=None, notes="-")
