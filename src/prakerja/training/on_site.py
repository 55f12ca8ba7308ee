"""Attendance at an institution's own door: it scans the QR of the participant's dashboard, or types the 12 signs (rules.md 6.4).

The QR holds the code and nothing else, so that a scanner which types what it reads needs no program of ours. Who shows it
is looked at by the institution; that it was this institution, in its hours, we know by its signed call.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.audit.operations import record
from prakerja.kernel.db import requires_transaction
from prakerja.kernel.errors import Refused
from prakerja.training import sandbox_codes
from prakerja.training.deriving import derive_completion
from prakerja.training.facts import bought_code, window_of
from prakerja.training.models import Attendance
from prakerja.training.policies import attendance_refusal, opening_of
from prakerja.training.queries import RedemptionStatus, redemption_status
from prakerja.training.redemption import redeem_in_transaction
from prakerja.vouchers.operations import lock_voucher
from prakerja.vouchers.queries import route_of_code

METHOD = "on_site"


@requires_transaction
def confirm_on_site(
    *, institution_id: uuid.UUID, is_sandbox: bool, code: str, sequence: int, at: datetime
) -> RedemptionStatus:
    """Verify one sequence of a class that is taught on site, wholly or partly; the first one redeems the code.

    The same windows and the same order as on our page; no e-mail address is bound. Raises Refused in the published order:
    code_unknown, type_mismatch (also every test code: those rehearse online classes), sequence_invalid, outside_window,
    not_owner, code_void, transaction_void, code_used, sequence_out_of_order.
    """
    if is_sandbox and sandbox_codes.is_test_code(code):
        raise Refused("type_mismatch")
    route = route_of_code(code=code)
    lock_voucher(person_id=route.person_id, voucher_id=route.voucher_id)
    found = bought_code(person_id=route.person_id, voucher_id=route.voucher_id)
    window = window_of(code=found, sequence=sequence)
    reason = attendance_refusal(
        facts=found.facts,
        institution_id=institution_id,
        sequence=sequence,
        window=window,
        is_on_site=True,
        at=at,
    )
    if reason is not None:
        owner = found.facts.institution_id
        raise Refused(
            reason, **opening_of(reason=reason, window=window, owner=owner, institution_id=institution_id, at=at)
        )
    if sequence == 1:
        redeem_in_transaction(
            person_id=route.person_id,
            voucher_id=route.voucher_id,
            institution_id=institution_id,
            method=METHOD,
            email_index=None,
            at=at,
        )
    else:
        Attendance.objects.create(
            person_id=route.person_id,
            voucher_id=route.voucher_id,
            sequence=sequence,
            method=METHOD,
            verified_at=at,
        )
    record(
        action="attendance.verified",
        at=at,
        person_id=route.person_id,
        actor=Actor.partner(institution_id),
        subject_kind="voucher",
        subject_id=route.voucher_id,
        data={"sequence": sequence, "method": METHOD},
    )
    derive_completion(person_id=route.person_id, voucher_id=route.voucher_id, at=at)
    return redemption_status(institution_id=institution_id, code=code, sequence=sequence, at=at)
