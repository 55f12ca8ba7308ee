"""The hot call that uses a code up: by `/commit`, or as the first attendance on the verification page."""

from __future__ import annotations

import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

from prakerja.kernel.clock import wall
from prakerja.kernel.db import requires_transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.hot_calls import HotCall
from prakerja.kernel.ids import new_id
from prakerja.notifications.operations import seal_parameters
from prakerja.training.facts import bought_code, window_of
from prakerja.training.policies import opening_of
from prakerja.training.queries import RedemptionStatus
from prakerja.vouchers.queries import route_of_code

_REDEEM = HotCall(Path(__file__).with_name("redeem.sql"))


def redeem_code(*, institution_id: uuid.UUID, code: str, at: datetime) -> RedemptionStatus:
    """Use up a code at its institution: the first attendance is verified and the institution is owed the price.

    A hot call (architecture.md "Hot calls"): one indexed read for the route, one function. Raises Refused in the published order:
    code_unknown, type_mismatch, outside_window, not_owner, code_void, transaction_void, code_used (contract.md 2.7).
    """
    route = route_of_code(code=code)
    course, schedule, starts_at, ends_at, delivery, mode, invoice, platform = _call(
        person_id=route.person_id,
        voucher_id=route.voucher_id,
        institution_id=institution_id,
        method="commit",
        email_index=None,
        at=at,
    )
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
    _call(
        person_id=person_id,
        voucher_id=voucher_id,
        institution_id=institution_id,
        method=method,
        email_index=email_index,
        at=at,
    )


def _call(
    *,
    person_id: uuid.UUID,
    voucher_id: uuid.UUID,
    institution_id: uuid.UUID,
    method: str,
    email_index: bytes | None,
    at: datetime,
) -> tuple[Any, ...]:
    """What the function tells of the class and the purchase, in its order. Raises Refused as `redeem_code`."""
    message_id = new_id()
    reason, *told = _REDEEM(
        person_id=person_id,
        voucher_id=voucher_id,
        institution_id=institution_id,
        at=at,
        wall=wall(),
        attendance_id=new_id(),
        transfer_id=new_id(),
        message_id=message_id,
        message_parameters=seal_parameters(message_id=message_id, parameters={}),
        audit_id=new_id(),
        method=method,
        email_index=email_index,
    )
    if reason is not None:
        raise Refused(reason, **_opening(reason, person_id, voucher_id, institution_id, at))
    return tuple(told)


def _opening(
    reason: str, person_id: uuid.UUID, voucher_id: uuid.UUID, institution_id: uuid.UUID, at: datetime
) -> dict[str, datetime]:
    """From when a code works that came too early. Read only for that refusal: the hot call pays nothing for it."""
    if reason != "outside_window":
        return {}
    found = bought_code(person_id=person_id, voucher_id=voucher_id)
    owner, window = found.facts.institution_id, window_of(code=found, sequence=1)
    return opening_of(reason=reason, window=window, owner=owner, institution_id=institution_id, at=at)
