"""The public verbs of training: a code is entered, attendance verified, the class completed and rated."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.training import queries, sandbox_codes, sandbox_reporting
from prakerja.training.attendance import VerificationRequest, request_verification
from prakerja.training.cancelled_classes import resolve_cancellation_case
from prakerja.training.completion import CompletionReceipt, record_completion
from prakerja.training.correcting import (
    correct_completion,
    correct_report,
    withdraw_completion,
    withdraw_report,
)
from prakerja.training.deriving import derive_completion
from prakerja.training.on_site import confirm_on_site
from prakerja.training.policies import Kind, sequence_fits
from prakerja.training.queries import RedemptionStatus, SubmissionStatus, redemption_status
from prakerja.training.rating import rate_training
from prakerja.training.redemption import redeem_code
from prakerja.training.reviews import hide_review, show_review
from prakerja.training.sandbox_codes import make_sandbox_codes
from prakerja.training.sharing import close_shares, share_certificate, unshare_certificate
from prakerja.training.submitting import SubmissionReceipt, forget_files, submit_assignment, submit_feedback
from prakerja.training.verifying import (
    attempt_to_verify,
    cancel_attempt,
    check_code,
    code_waited_for,
    send_code,
    verify_attendance,
)

__all__ = [
    "CompletionReceipt",
    "Kind",
    "SubmissionReceipt",
    "SubmissionStatus",
    "VerificationRequest",
    "attempt_to_verify",
    "attendance_status",
    "cancel_attempt",
    "change_report",
    "check_code",
    "close_shares",
    "code_waited_for",
    "commit_code",
    "confirm_on_site",
    "correct_completion",
    "correct_report",
    "derive_completion",
    "forget_files",
    "hide_review",
    "make_sandbox_codes",
    "rate_training",
    "record_completion",
    "redeem_code",
    "report_completion",
    "request_verification",
    "reset_test_code",
    "resolve_cancellation_case",
    "send_code",
    "share_certificate",
    "show_review",
    "submission_status",
    "submit_assignment",
    "submit_feedback",
    "take_back_report",
    "unshare_certificate",
    "verify_attendance",
    "withdraw_completion",
    "withdraw_report",
]


def attendance_status(
    *, institution_id: uuid.UUID, is_sandbox: bool, code: str, sequence: int, at: datetime
) -> RedemptionStatus:
    """State of a code of this institution, or of its test codes, at one sequence that its class has (1-10, 999).

    Raises Refused: code_unknown, sequence_invalid, not_owner, code_void, transaction_void.
    """
    if is_sandbox and sandbox_codes.is_test_code(code):
        return sandbox_codes.test_code_status(institution_id=institution_id, code=code, sequence=sequence)
    return redemption_status(institution_id=institution_id, code=code, sequence=sequence, at=at)


def submission_status(
    *, institution_id: uuid.UUID, is_sandbox: bool, code: str, kind: Kind, sequence: int
) -> SubmissionStatus:
    """The newest assignment and feedback of a code of this institution, or of its test codes, redeemed or not yet.

    Raises Refused: assignment_sequence_invalid, code_unknown, outside_window, not_owner, code_void, transaction_void.
    """
    if is_sandbox and sandbox_codes.is_test_code(code):
        if not sequence_fits(kind=kind, sequence=sequence):
            raise Refused("assignment_sequence_invalid")
        return sandbox_codes.submission_status(institution_id=institution_id, code=code, kind=kind, sequence=sequence)
    return queries.submission_status(institution_id=institution_id, code=code, kind=kind, sequence=sequence)


def commit_code(
    *, institution_id: uuid.UUID, is_sandbox: bool, is_allowed: bool, code: str, at: datetime
) -> RedemptionStatus:
    """The way of before 2023: sequence 1 without a participant, for sandbox clients and those that were allowed it.

    Raises Refused: commit_disabled, and as `redeem_code`.
    """
    if not (is_sandbox or is_allowed):
        raise Refused("commit_disabled")
    if is_sandbox and sandbox_codes.is_test_code(code):
        return sandbox_codes.commit_test_code(institution_id=institution_id, code=code, at=at)
    return redeem_code(institution_id=institution_id, code=code, at=at)


def reset_test_code(*, institution_id: uuid.UUID, is_sandbox: bool, code: str) -> RedemptionStatus:
    """Wind a test code back to its start; any other code is refused (contract.md 2.9).

    Raises Refused: reset_not_allowed, code_unknown, not_owner.
    """
    if not (is_sandbox and sandbox_codes.is_test_code(code)):
        raise Refused("reset_not_allowed")
    return sandbox_codes.reset_test_code(institution_id=institution_id, code=code)


def report_completion(
    *,
    institution_id: uuid.UUID,
    is_sandbox: bool,
    code: str,
    completed_date: date | None,
    score: int | None,
    certificate_number: str,
    certificate_kind: str,
    idempotency_key: str,
    at: datetime,
) -> CompletionReceipt:
    """Store the completion of a code, or rehearse it with a test code, which certifies nobody.

    Values and refusals as `record_completion`.
    """
    if is_sandbox and sandbox_codes.is_test_code(code):
        with transaction():
            return sandbox_reporting.report(
                institution_id=institution_id,
                code=code,
                completed_date=completed_date,
                score=score,
                certificate_number=certificate_number,
                certificate_kind=certificate_kind,
                at=at,
            )
    return record_completion(
        institution_id=institution_id,
        code=code,
        completed_date=completed_date,
        score=score,
        certificate_number=certificate_number,
        certificate_kind=certificate_kind,
        idempotency_key=idempotency_key,
        at=at,
    )


@requires_transaction
def change_report(
    *,
    institution_id: uuid.UUID,
    is_sandbox: bool,
    code: str,
    completed_date: date | None,
    score: int | None,
    certificate_number: str,
    certificate_kind: str,
    at: datetime,
) -> CompletionReceipt:
    """Replace an institution's report of a code, or of its test code. Values and refusals as `correct_report`."""
    change = sandbox_reporting.correct if is_sandbox and sandbox_codes.is_test_code(code) else correct_report
    return change(
        institution_id=institution_id,
        code=code,
        completed_date=completed_date,
        score=score,
        certificate_number=certificate_number,
        certificate_kind=certificate_kind,
        at=at,
    )


@requires_transaction
def take_back_report(*, institution_id: uuid.UUID, is_sandbox: bool, code: str, reason: str, at: datetime) -> None:
    """Withdraw an institution's report of a code, or of its test code. Refusals as `withdraw_report`."""
    if is_sandbox and sandbox_codes.is_test_code(code):
        sandbox_reporting.withdraw(institution_id=institution_id, code=code, at=at)
    else:
        withdraw_report(institution_id=institution_id, code=code, reason=reason, at=at)
