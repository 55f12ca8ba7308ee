"""An institution asks for the page on which a participant proves to be there (contract.md 2.6)."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime

from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import blind_index
from prakerja.kernel.typed import normal_email
from prakerja.partners.queries import registered_uris
from prakerja.programmes.schemes import Delivery
from prakerja.training import sandbox_codes
from prakerja.training.facts import BoughtCode, bought_code, window_of
from prakerja.training.models import AttendanceAttempt, InstitutionEmailClaim
from prakerja.training.policies import STATE_LIFE, attendance_refusal, opening_of
from prakerja.training.states import ATTEMPT_STATES
from prakerja.training.tokens import PageToken
from prakerja.vouchers.operations import lock_voucher
from prakerja.vouchers.queries import is_cancelled, route_of_code


@dataclass(frozen=True)
class VerificationRequest:
    """`token` ends the address of the page; `state` is what the institution will see again in its own address."""

    token: str
    state: str
    delivery: Delivery
    mode: str


def request_verification(
    *,
    institution_id: uuid.UUID,
    is_sandbox: bool,
    code: str,
    redirect_uri: str,
    email: str,
    sequence: int,
    at: datetime,
) -> VerificationRequest:
    """Open the one state of (code, sequence): an older one is replaced, and this one ends unused after STATE_LIFE.

    `redirect_uri` must be registered, to the letter; `email` is the participant's at the institution. `is_sandbox` says
    that the asking client may use test codes. Raises Refused: redirect_uri_unregistered, code_unknown, type_mismatch,
    sequence_invalid, outside_window, not_owner, code_void, transaction_void, code_used, sequence_out_of_order,
    email_used.
    """
    if redirect_uri not in registered_uris(partner_id=institution_id):
        raise Refused("redirect_uri_unregistered")
    state = secrets.token_urlsafe(24)
    if is_sandbox and sandbox_codes.is_test_code(code):
        test = sandbox_codes.open_state(
            institution_id=institution_id,
            code=code,
            sequence=sequence,
            state=state,
            redirect_uri=redirect_uri,
            expires_at=at + STATE_LIFE,
        )
        token = PageToken(person_id=None, attempt_id=test.attempt_id).text()
        return VerificationRequest(token, state, test.delivery, "online")
    claim = route_of_code(code=code)
    email_index = index_of_email(email)
    with transaction():
        # The code is what rivals wait for: of two requests at once the later one's state is the one that lives.
        lock_voucher(person_id=claim.person_id, voucher_id=claim.voucher_id)
        found = bought_code(person_id=claim.person_id, voucher_id=claim.voucher_id)
        require_verifiable(
            found=found, institution_id=institution_id, sequence=sequence, email_index=email_index, at=at
        )
        _replace(found=found, sequence=sequence, at=at)
        attempt = AttendanceAttempt.objects.create(
            id=new_id(),
            person_id=found.person_id,
            voucher_id=found.voucher_id,
            sequence=sequence,
            state=state,
            institution_email_index=email_index,
            redirect_uri=redirect_uri,
            created_at=at,
            expires_at=at + STATE_LIFE,
        )
    token = PageToken(person_id=found.person_id, attempt_id=attempt.id).text()
    return VerificationRequest(token, state, found.facts.delivery, found.facts.mode)


def index_of_email(email: str) -> bytes:
    """The address is compared, never kept; case and blanks around it do not make another person (decisions.md 85)."""
    return blind_index("institution_email", normal_email(email) or email)


@requires_transaction
def require_verifiable(
    *, found: BoughtCode, institution_id: uuid.UUID, sequence: int, email_index: bytes, at: datetime
) -> None:
    """Raise Refused unless this sequence may be verified now for this institution and address."""
    window = window_of(code=found, sequence=sequence)
    reason = attendance_refusal(
        facts=found.facts, institution_id=institution_id, sequence=sequence, window=window, at=at
    )
    if reason is not None:
        owner = found.facts.institution_id
        raise Refused(
            reason, **opening_of(reason=reason, window=window, owner=owner, institution_id=institution_id, at=at)
        )
    claim = email_claim(found=found, email_index=email_index)
    if claim is not None and belongs_to_another_code(claim=claim, found=found):
        raise Refused("email_used")


@requires_transaction
def email_claim(*, found: BoughtCode, email_index: bytes) -> InstitutionEmailClaim | None:
    """Who verified first with this address, in this course of this institution."""
    return InstitutionEmailClaim.objects.filter(
        institution_id=found.facts.institution_id, course_id=found.course_id, email_index=email_index
    ).first()


@requires_transaction
def belongs_to_another_code(*, claim: InstitutionEmailClaim, found: BoughtCode) -> bool:
    """Whether another code holds the address. A cancelled one lets go of it: its class may be bought anew."""
    if claim.voucher_id == found.voucher_id:
        return False
    return not is_cancelled(person_id=claim.person_id, voucher_id=claim.voucher_id)


@requires_transaction
def _replace(*, found: BoughtCode, sequence: int, at: datetime) -> None:
    AttendanceAttempt.objects.filter(
        person_id=found.person_id, voucher_id=found.voucher_id, sequence=sequence, status="open"
    ).update(status=ATTEMPT_STATES.target("replace"), ended_at=at)
