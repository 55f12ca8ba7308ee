"""The participant's page: what it shows, and what its last click does (contract.md 3.2, 4, G5).

Who proved to be the person was found out by the portal: by the session, or by a code on the phone.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.operations import check_challenge, send_challenge
from prakerja.access.queries import Waiting, challenge_state
from prakerja.audit.operations import record
from prakerja.catalogue.queries import sessions_of
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.partners.queries import name_of, registered_uris
from prakerja.programmes.schemes import Delivery
from prakerja.training import sandbox_codes
from prakerja.training.attendance import belongs_to_another_code, email_claim, require_verifiable
from prakerja.training.deriving import derive_completion
from prakerja.training.facts import BoughtCode, bought_code
from prakerja.training.models import Attendance, AttendanceAttempt, InstitutionEmailClaim
from prakerja.training.policies import CALLBACK_CODES, POST_TEST, return_address
from prakerja.training.redemption import redeem_on_page
from prakerja.training.states import ATTEMPT_STATES
from prakerja.training.tokens import PageToken
from prakerja.training.verification import test_verifier, verifier_for
from prakerja.vouchers.operations import lock_voucher

METHOD = "verification_page"
# An attempt that ended so is told on the page; nobody is sent anywhere again.
_ENDED = {"verified": "state_used", "cancelled": "state_used", "failed": "state_used", "replaced": "state_expired"}


@dataclass(frozen=True)
class Verification:
    """One attempt as its page shows it. `person_id` is None for a test code.

    `stage` is `open`, `expired`, or how it ended; `leads_to` is the institution's address once there is nothing left to do
    here, None while there is or when the address is no longer registered. Instants are UTC programme time.
    """

    attempt_id: uuid.UUID
    voucher_id: uuid.UUID | None
    person_id: uuid.UUID | None
    institution_name: str
    course_title: str
    sequence: int
    is_post_test: bool
    session_starts_at: datetime | None
    stage: str
    verifier: str
    returns_to: str | None
    leads_to: str | None


def attempt_to_verify(*, token: str, at: datetime) -> Verification:
    """Read an attempt by the address of its page. Raises Refused: state_unknown, face_unavailable."""
    route = _route(token)
    if route.person_id is None:
        return _test_page(route.attempt_id, at)
    attempt = _attempt(route)
    found = bought_code(person_id=attempt.person_id, voucher_id=attempt.voucher_id)
    starts_at = None
    if found.facts.delivery is Delivery.LIVE and attempt.sequence != POST_TEST:
        starts_at = sessions_of(course_run_id=found.run_id)[attempt.sequence - 1].starts_at
    stage = "expired" if attempt.status == "open" and at >= attempt.expires_at else attempt.status
    return Verification(
        attempt_id=attempt.id,
        voucher_id=attempt.voucher_id,
        person_id=attempt.person_id,
        institution_name=name_of(partner_id=found.facts.institution_id),
        course_title=found.course_title,
        sequence=attempt.sequence,
        is_post_test=attempt.sequence == POST_TEST,
        session_starts_at=starts_at,
        stage=stage,
        verifier=verifier_for(rules=found.rules).name if stage == "open" else "none",
        returns_to=_registered(found.facts.institution_id, attempt.redirect_uri),
        leads_to=_back(found.facts.institution_id, attempt, _reason(stage, attempt.reason))
        if stage != "open"
        else None,
    )


# Codes a day for one class, whoever asks: five for a browser, but not for ever more browsers.
CODES_A_DAY = 15


def send_code(*, token: str, browser: str, at: datetime) -> None:
    """Send a one-time password to the phone of the person whose code it is; `browser` is the name of the one that asks.

    Whoever else has the address neither replaces its code nor locks it (decisions.md 58). Raises Refused: state_unknown,
    state_used, state_expired, otp_locked (until), otp_too_soon (seconds), otp_daily_limit.
    """
    attempt = _open_attempt(token, at)
    send_challenge(
        person_id=attempt.person_id,
        purpose="attendance",
        scope=_scope(attempt, browser),
        shared=(str(attempt.voucher_id), CODES_A_DAY),
        at=at,
    )


def check_code(*, token: str, browser: str, otp: str, at: datetime) -> uuid.UUID:
    """The person who holds the phone. Raises Refused: as `send_code`, otp_wrong (left), otp_expired."""
    attempt = _open_attempt(token, at)
    check_challenge(person_id=attempt.person_id, purpose="attendance", otp=otp, scope=_scope(attempt, browser), at=at)
    return attempt.person_id


def code_waited_for(*, token: str, browser: str, at: datetime) -> Waiting:
    """Where this browser stands with its code. Raises Refused: state_unknown, state_used, state_expired."""
    attempt = _open_attempt(token, at)
    return challenge_state(person_id=attempt.person_id, purpose="attendance", scope=_scope(attempt, browser), at=at)


def _scope(attempt: AttendanceAttempt, browser: str) -> str:
    return f"{attempt.voucher_id}:{browser}"


def verify_attendance(*, token: str, proven: uuid.UUID | None, answers: Mapping[str, str], at: datetime) -> str | None:
    """Verify the attendance that this page was opened for; the first one redeems the code.

    `proven` is the person who proved to be there, `answers` what the face verification asked. Returns the institution's
    address, with `success=false` and a code when a rule of the contract said no, and None when that address is no longer
    registered. Every answer ends the attempt. Raises Refused, which changes nothing: state_unknown, state_used,
    state_expired, not_yours, face_unavailable.
    """
    route = _route(token)
    if route.person_id is None:
        passed = test_verifier().has_passed(person_id=None, attempt_id=route.attempt_id, answers=answers)
        return _end_test(route.attempt_id, None if passed else "face_not_verified", at)
    attempt = _attempt(route)
    _require_open(attempt, at)
    if proven != attempt.person_id:
        raise Refused("not_yours")
    found = bought_code(person_id=attempt.person_id, voucher_id=attempt.voucher_id)
    verifier = verifier_for(rules=found.rules)
    if not verifier.has_passed(person_id=attempt.person_id, attempt_id=attempt.id, answers=answers):
        return _end(route, reason="face_not_verified", at=at)
    try:
        with transaction():
            lock_voucher(person_id=attempt.person_id, voucher_id=attempt.voucher_id)
            attempt = _attempt(route)
            _require_open(attempt, at)
            _verify(attempt=attempt, at=at)
    except Refused as refusal:
        if refusal.reason not in CALLBACK_CODES or refusal.reason == "state_expired":
            raise
        return _end(route, reason=refusal.reason, at=at)
    return _back(found.facts.institution_id, attempt, None)


def cancel_attempt(*, token: str, proven: uuid.UUID | None, at: datetime) -> str | None:
    """The participant does not want to: the address to go back to. Whoever proved nothing ends nothing.

    Raises Refused: state_unknown, state_used, state_expired.
    """
    route = _route(token)
    if route.person_id is None:
        return _end_test(route.attempt_id, "attendance_cancelled", at)
    attempt = _attempt(route)
    _require_open(attempt, at)
    if proven == attempt.person_id:
        return _end(route, reason="attendance_cancelled", at=at)
    found = bought_code(person_id=attempt.person_id, voucher_id=attempt.voucher_id)
    return _back(found.facts.institution_id, attempt, "attendance_cancelled")


@requires_transaction
def _verify(*, attempt: AttendanceAttempt, at: datetime) -> None:
    """The writes of one verified sequence. The voucher is locked; a refusal rolls everything back."""
    found = bought_code(person_id=attempt.person_id, voucher_id=attempt.voucher_id)
    institution_id, email_index = found.facts.institution_id, bytes(attempt.institution_email_index)
    require_verifiable(
        found=found, institution_id=institution_id, sequence=attempt.sequence, email_index=email_index, at=at
    )
    if attempt.sequence == 1:
        redeem_on_page(
            person_id=attempt.person_id,
            attempt_id=attempt.id,
            voucher_id=attempt.voucher_id,
            institution_id=institution_id,
            at=at,
        )
    else:
        Attendance.objects.create(
            person_id=attempt.person_id,
            voucher_id=attempt.voucher_id,
            sequence=attempt.sequence,
            method=METHOD,
            institution_email_index=email_index,
            verified_at=at,
        )
    _claim_email(found=found, email_index=email_index)
    attempt.status = ATTEMPT_STATES.advance(current=attempt.status, verb="verify")
    attempt.ended_at = at
    attempt.save(update_fields=["status", "ended_at"])
    record(
        action="attendance.verified",
        at=at,
        person_id=attempt.person_id,
        actor=Actor.participant(attempt.person_id),
        subject_kind="voucher",
        subject_id=attempt.voucher_id,
        data={"sequence": attempt.sequence},
    )
    derive_completion(person_id=attempt.person_id, voucher_id=attempt.voucher_id, at=at)


@requires_transaction
def _claim_email(*, found: BoughtCode, email_index: bytes) -> None:
    """Bind (institution, course, address) to this code. A rival who was first makes this a refusal."""
    mine = InstitutionEmailClaim(
        institution_id=found.facts.institution_id,
        course_id=found.course_id,
        email_index=email_index,
        person_id=found.person_id,
        voucher_id=found.voucher_id,
    )
    InstitutionEmailClaim.objects.bulk_create([mine], ignore_conflicts=True)
    claim = email_claim(found=found, email_index=email_index)
    if claim is None or belongs_to_another_code(claim=claim, found=found):
        raise Refused("email_used")
    if claim.voucher_id == found.voucher_id:
        return
    # The code that held the address was cancelled. Of two who take it over, the first one's update leaves nothing to find.
    taken = InstitutionEmailClaim.objects.filter(id=claim.id, voucher_id=claim.voucher_id).update(
        person_id=found.person_id, voucher_id=found.voucher_id
    )
    if taken == 0:
        raise Refused("email_used")


def _route(token: str) -> PageToken:
    route = PageToken.parse(token)
    if route is None:
        raise Refused("state_unknown")
    return route


def _attempt(route: PageToken) -> AttendanceAttempt:
    # Nobody has attempts of their own but people: a test code's stand in another table.
    rows = AttendanceAttempt.objects.filter(id=route.attempt_id)
    found = rows.filter(person_id=route.person_id).first() if route.person_id else None
    if found is None:
        raise Refused("state_unknown")
    return found


def _open_attempt(token: str, at: datetime) -> AttendanceAttempt:
    attempt = _attempt(_route(token))
    _require_open(attempt, at)
    return attempt


def _require_open(attempt: AttendanceAttempt, at: datetime) -> None:
    if attempt.status != "open":
        raise Refused(_ENDED[attempt.status])
    if at >= attempt.expires_at:
        raise Refused("state_expired")


def _end(route: PageToken, *, reason: str, at: datetime) -> str | None:
    """End an attempt without success and go back. A rival's end stands: then only the way back is told."""
    with transaction():
        attempt = _attempt(route)
        lock_voucher(person_id=attempt.person_id, voucher_id=attempt.voucher_id)
        attempt.refresh_from_db()
        if attempt.status != "open":
            raise Refused(_ENDED[attempt.status])
        verb = "cancel" if reason == "attendance_cancelled" else "fail"
        attempt.status = ATTEMPT_STATES.advance(current=attempt.status, verb=verb)
        attempt.reason, attempt.ended_at = reason, at
        attempt.save(update_fields=["status", "reason", "ended_at"])
        found = bought_code(person_id=attempt.person_id, voucher_id=attempt.voucher_id)
    return _back(found.facts.institution_id, attempt, reason)


def _end_test(attempt_id: uuid.UUID, reason: str | None, at: datetime) -> str | None:
    test = sandbox_codes.open_test_attempt(attempt_id=attempt_id)
    if test is None:
        raise Refused("state_unknown")
    address = sandbox_codes.end_attempt(attempt_id=attempt_id, reason=reason, at=at)
    return address if _registered(test.institution_id, test.redirect_uri) else None


def _back(institution_id: uuid.UUID, attempt: AttendanceAttempt, reason: str | None) -> str | None:
    """The way back, while the institution still has that address registered."""
    if _registered(institution_id, attempt.redirect_uri) is None:
        return None
    return return_address(redirect_uri=attempt.redirect_uri, state=attempt.state, reason=reason)


def _registered(institution_id: uuid.UUID, redirect_uri: str) -> str | None:
    return redirect_uri if redirect_uri in registered_uris(partner_id=institution_id) else None


def _reason(stage: str, reason: str) -> str | None:
    if stage in ("expired", "replaced"):
        return "state_expired"
    return reason or None


def _test_page(attempt_id: uuid.UUID, at: datetime) -> Verification:
    test = sandbox_codes.open_test_attempt(attempt_id=attempt_id)
    if test is None:
        raise Refused("state_unknown")
    stage = "expired" if test.outcome == "open" and at >= test.expires_at else test.outcome
    reason = {"expired": "state_expired", "cancelled": "attendance_cancelled", "failed": "face_not_verified"}.get(stage)
    returns_to = _registered(test.institution_id, test.redirect_uri)
    ended = stage != "open" and returns_to is not None
    return Verification(
        attempt_id=test.attempt_id,
        voucher_id=None,
        person_id=None,
        institution_name=test.institution_name,
        course_title=test.case,
        sequence=test.sequence,
        is_post_test=test.sequence == POST_TEST,
        session_starts_at=None,
        stage=stage,
        verifier=test_verifier().name,
        returns_to=returns_to,
        leads_to=return_address(redirect_uri=test.redirect_uri, state=test.state, reason=reason) if ended else None,
    )
