"""The `PRAT-` codes with which an institution tries its program out: four positive cases, and a way back to their start.

They stand in tables of their own. Nobody bought them, so nothing here touches a person, a purchase or money; a test
code is known to the sandbox institution that it was made for, and to nobody else (contract.md 2.9, G12).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from prakerja.kernel.codes import readable_code
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.programmes.schemes import Delivery
from prakerja.training.models import SandboxAttendance, SandboxCode, SandboxReport, SandboxSubmission
from prakerja.training.policies import Kind, return_address, sequences_of
from prakerja.training.queries import RedemptionStatus, SubmissionStatus
from prakerja.training.states import SANDBOX_ATTENDANCE_STATES

PREFIX = "PRAT-"
# A webinar of as many sessions as the contract has, so that every one of them can be rehearsed.
_SESSIONS = 10


def _case(delivery: Delivery, *, has_post_test: bool) -> tuple[Delivery, tuple[int, ...]]:
    return delivery, sequences_of(delivery=delivery, session_count=_SESSIONS, has_post_test=has_post_test)


# The cases by their published names, without the expected status: kind of course (1 self-paced, 2 webinar), sequence.
CASES: dict[str, tuple[Delivery, tuple[int, ...]]] = {
    "TC1-001": _case(Delivery.SELF_PACED, has_post_test=False),
    "TC1-999": _case(Delivery.SELF_PACED, has_post_test=True),
    "TC2-001": _case(Delivery.LIVE, has_post_test=False),
    "TC2-999": _case(Delivery.LIVE, has_post_test=True),
}
# The class of a test code lasts this long from when the code was made; it is shown and never enforced.
_LASTS = timedelta(days=365)


@dataclass(frozen=True)
class OpenState:
    attempt_id: uuid.UUID
    delivery: Delivery


@dataclass(frozen=True)
class SandboxAttempt:
    """What the verification page shows of a test code."""

    attempt_id: uuid.UUID
    institution_id: uuid.UUID
    institution_name: str
    case: str
    sequence: int
    state: str
    redirect_uri: str
    outcome: str
    expires_at: datetime


def is_test_code(code: str) -> bool:
    """Whether a code has the shape of a test code."""
    return code.startswith(PREFIX)


@requires_transaction
def make_sandbox_codes(*, institution_id: uuid.UUID, at: datetime) -> None:
    """Make the test codes of a sandbox institution that it has not got yet."""
    have = set(SandboxCode.objects.filter(institution_id=institution_id).values_list("case", flat=True))
    SandboxCode.objects.bulk_create(
        SandboxCode(
            id=new_id(), institution_id=institution_id, case=case, code=PREFIX + readable_code(6), created_at=at
        )
        for case in CASES
        if case not in have
    )


def open_state(
    *, institution_id: uuid.UUID, code: str, sequence: int, state: str, redirect_uri: str, expires_at: datetime
) -> OpenState:
    """Open the state of a test code's sequence; an older one is gone.

    The order of sequences is not asked: `TC1-999` is about 999 and succeeds at once. Raises Refused: code_unknown,
    sequence_invalid, not_owner, code_used.
    """
    with transaction():
        row = _lock(code)
        delivery, sequences = CASES[row.case]
        if sequence not in sequences:
            raise Refused("sequence_invalid")
        if row.institution_id != institution_id:
            raise Refused("not_owner")
        there = SandboxAttendance.objects.filter(code=row, sequence=sequence)
        if there.filter(outcome="verified").exists():
            raise Refused("code_used")
        there.delete()
        attempt = SandboxAttendance.objects.create(
            id=new_id(),
            code=row,
            sequence=sequence,
            state=state,
            redirect_uri=redirect_uri,
            expires_at=expires_at,
        )
    return OpenState(attempt.id, delivery)


def test_code_status(*, institution_id: uuid.UUID, code: str, sequence: int) -> RedemptionStatus:
    """State of a test code at one sequence. Raises Refused: code_unknown, not_owner, sequence_invalid."""
    row = code_of_institution(institution_id=institution_id, code=code)
    if sequence not in CASES[row.case][1]:
        raise Refused("sequence_invalid")
    return _status(row, sequence=sequence)


def submission_status(*, institution_id: uuid.UUID, code: str, kind: Kind, sequence: int) -> SubmissionStatus:
    """The newest assignment and feedback of a test code. Raises Refused: code_unknown, not_owner."""
    found = SandboxSubmission.objects.filter(
        code=code_of_institution(institution_id=institution_id, code=code), kind=kind, sequence=sequence
    )
    return SubmissionStatus.of(assignments=found.filter(role="assignment"), feedback=found.filter(role="feedback"))


def code_of_institution(*, institution_id: uuid.UUID, code: str) -> SandboxCode:
    """A test code of this institution. Raises Refused: code_unknown, not_owner."""
    found = SandboxCode.objects.filter(code=code).first()
    if found is None:
        raise Refused("code_unknown")
    if found.institution_id != institution_id:
        raise Refused("not_owner")
    return found


def commit_test_code(*, institution_id: uuid.UUID, code: str, at: datetime) -> RedemptionStatus:
    """Verify sequence 1 without a participant. Raises Refused: code_unknown, not_owner, code_used."""
    with transaction():
        row = _lock(code)
        if row.institution_id != institution_id:
            raise Refused("not_owner")
        there = SandboxAttendance.objects.filter(code=row, sequence=1)
        if there.filter(outcome="verified").exists():
            raise Refused("code_used")
        there.delete()
        SandboxAttendance.objects.create(id=new_id(), code=row, sequence=1, outcome="verified", verified_at=at)
        return _status(row, sequence=1)


def reset_test_code(*, institution_id: uuid.UUID, code: str) -> RedemptionStatus:
    """Wind a test code back to its start: issued, no sequence verified, no state open, nothing handed in.

    Raises Refused: code_unknown, not_owner.
    """
    with transaction():
        row = _lock(code)
        if row.institution_id != institution_id:
            raise Refused("not_owner")
        SandboxAttendance.objects.filter(code=row).delete()
        SandboxReport.objects.filter(code=row).delete()
        SandboxSubmission.objects.filter(code=row).delete()
        return _status(row, sequence=1)


def open_test_attempt(*, attempt_id: uuid.UUID) -> SandboxAttempt | None:
    """What the page shows; None when a newer state or a reset took its place."""
    row = SandboxAttendance.objects.select_related("code__institution").filter(id=attempt_id).first()
    if row is None or row.expires_at is None:
        return None
    return SandboxAttempt(
        attempt_id=row.id,
        institution_id=row.code.institution_id,
        institution_name=row.code.institution.name,
        case=row.code.case,
        sequence=row.sequence,
        state=row.state,
        redirect_uri=row.redirect_uri,
        outcome=row.outcome,
        expires_at=row.expires_at,
    )


def end_attempt(*, attempt_id: uuid.UUID, reason: str | None, at: datetime) -> str:
    """Verify, or end with `reason`; the address to go back to.

    Raises Refused: state_unknown, state_used, state_expired.
    """
    with transaction():
        row = SandboxAttendance.objects.select_for_update(no_key=True).filter(id=attempt_id).first()
        if row is None or row.expires_at is None:
            raise Refused("state_unknown")
        if row.outcome != "open":
            raise Refused("state_used")
        if at >= row.expires_at:
            raise Refused("state_expired")
        verb = {None: "verify", "attendance_cancelled": "cancel"}.get(reason, "fail")
        row.outcome = SANDBOX_ATTENDANCE_STATES.advance(current=row.outcome, verb=verb)
        row.verified_at = at if reason is None else None
        row.save(update_fields=["outcome", "verified_at"])
    return return_address(redirect_uri=row.redirect_uri, state=row.state, reason=reason)


@requires_transaction
def locked_code(*, institution_id: uuid.UUID, code: str) -> SandboxCode:
    """A test code of this institution, locked. Raises Refused: code_unknown, not_owner."""
    row = _lock(code)
    if row.institution_id != institution_id:
        raise Refused("not_owner")
    return row


@requires_transaction
def _lock(code: str) -> SandboxCode:
    row = SandboxCode.objects.select_for_update(no_key=True).filter(code=code).first()
    if row is None:
        raise Refused("code_unknown")
    return row


def _status(row: SandboxCode, *, sequence: int) -> RedemptionStatus:
    verified = dict(
        SandboxAttendance.objects.filter(code=row, outcome="verified").values_list("sequence", "verified_at")
    )
    redeemed_at = min((instant for instant in verified.values() if instant is not None), default=None)
    delivery, _ = CASES[row.case]
    return RedemptionStatus(
        redeem_code=row.code,
        course_code=f"COURSE-CODE-{row.case}",
        invoice_code=f"INVOICE-{row.case}",
        schedule_code=f"SCHEDULE-{row.case}",
        status=1 if verified else 0,
        attendance_status=1 if sequence in verified else 0,
        redeem_at=redeemed_at,
        platform_name="Platform Uji",
        starts_at=row.created_at,
        ends_at=row.created_at + _LASTS,
        delivery=delivery,
        mode="online",
        sequence=sequence,
    )
