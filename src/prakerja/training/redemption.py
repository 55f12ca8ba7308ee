"""The hot call that uses a code up: by `/commit`, or as the first attendance on the verification page.

Reads: vouchers_codeclaim.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

from prakerja.kernel.clock import wall
from prakerja.kernel.db import requires_transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.hot_calls import HotCall, RoutedCall
from prakerja.kernel.ids import new_id
from prakerja.kernel.split import is_split
from prakerja.notifications.operations import seal_parameters
from prakerja.training.facts import bought_code, window_of
from prakerja.training.policies import opening_of
from prakerja.training.queries import RedemptionStatus
from prakerja.vouchers.queries import index_of_code, route_of_code

_REDEEM = HotCall(Path(__file__).with_name("redeem.sql"))
_ON_PAGE = HotCall(Path(__file__).with_name("redeem_on_page.sql"))
_REDEEM_BY_CODE = RoutedCall(
    _REDEEM,
    source="FROM vouchers_codeclaim claim",
    where="claim.index = %(code_index)s",
    given={"person_id": "claim.person_id", "voucher_id": "claim.voucher_id"},
    returned="claim.person_id, claim.voucher_id",
)


def redeem_code(*, institution_id: uuid.UUID, code: str, at: datetime) -> RedemptionStatus:
    """Use up a code at its institution: the first attendance is verified and the institution is owed the price.

    A hot call (architecture.md "Hot calls"): one function, which the claim of the code tells whose code it is. Raises Refused in the
    published order: code_unknown, type_mismatch, outside_window, not_owner, code_void, transaction_void, code_used
    (contract.md 2.7).
    """
    shared = _made(institution_id=institution_id, method="commit", email_index=None, at=at)
    if is_split():
        route = route_of_code(code=code)
        told = (*route, *_REDEEM(person_id=route.person_id, voucher_id=route.voucher_id, **shared))
    else:
        found = _REDEEM_BY_CODE(code_index=index_of_code(code=code), **shared)
        if found is None:
            raise Refused("code_unknown")
        told = found
    person_id, voucher_id, reason, course, schedule, starts_at, ends_at, delivery, mode, invoice, platform = told
    _refuse(reason, person_id=person_id, voucher_id=voucher_id, institution_id=institution_id, at=at)
    return RedemptionStatus(
        redeem_code=code,
        course_code=course,
        invoice_code=invoice,
        schedule_code=schedule,
        status=1,
        attendance_status=1,
        redeem_at=at,
        platform_name=platform,
        starts_at=starts_at,
        ends_at=ends_at,
        delivery=delivery,
        mode=mode,
        sequence=1,
    )


@requires_transaction
def redeem_in_transaction(
    *,
    person_id: uuid.UUID,
    voucher_id: uuid.UUID,
    institution_id: uuid.UUID,
    method: str,
    email_index: bytes | None,
    at: datetime,
) -> None:
    """The same call as a part of a larger piece of work. Raises Refused as `redeem_code`."""
    shared = _made(institution_id=institution_id, method=method, email_index=email_index, at=at)
    reason, *_ = _REDEEM(person_id=person_id, voucher_id=voucher_id, **shared)
    _refuse(reason, person_id=person_id, voucher_id=voucher_id, institution_id=institution_id, at=at)


@requires_transaction
def redeem_on_page(
    *, person_id: uuid.UUID, attempt_id: uuid.UUID, voucher_id: uuid.UUID, institution_id: uuid.UUID, at: datetime
) -> None:
    """The same for the first attendance on the verification page: that code, institution and e-mail address which the attempt names.

    The participants' door may call this and use up no other code (ADR 0050). Raises Refused as `redeem_code`, and state_unknown.
    """
    shared = _made(institution_id=institution_id, method="", email_index=None, at=at)
    mine = {name: shared[name] for name in _ON_PAGE.parameters if name in shared}
    (reason,) = _ON_PAGE(person_id=person_id, attempt_id=attempt_id, **mine)
    _refuse(reason, person_id=person_id, voucher_id=voucher_id, institution_id=institution_id, at=at)


def _made(*, institution_id: uuid.UUID, method: str, email_index: bytes | None, at: datetime) -> dict[str, Any]:
    """What the function takes besides whose code it is."""
    message_id = new_id()
    return {
        "institution_id": institution_id,
        "at": at,
        "wall": wall(),
        "attendance_id": new_id(),
        "transfer_id": new_id(),
        "message_id": message_id,
        "message_parameters": seal_parameters(message_id=message_id, parameters={}),
        "audit_id": new_id(),
        "method": method,
        "email_index": email_index,
    }


def _refuse(
    reason: str | None, *, person_id: uuid.UUID, voucher_id: uuid.UUID, institution_id: uuid.UUID, at: datetime
) -> None:
    if reason is not None:
        raise Refused(reason, **_opening(reason, person_id, voucher_id, institution_id, at))


def _opening(
    reason: str, person_id: uuid.UUID, voucher_id: uuid.UUID, institution_id: uuid.UUID, at: datetime
) -> dict[str, datetime]:
    """From when a code works that came too early. Read only for that refusal: the hot call pays nothing for it."""
    if reason != "outside_window":
        return {}
    found = bought_code(person_id=person_id, voucher_id=voucher_id)
    owner, window = found.facts.institution_id, window_of(code=found, sequence=1)
    return opening_of(reason=reason, window=window, owner=owner, institution_id=institution_id, at=at)
