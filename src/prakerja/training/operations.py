"""The code of a bought class is entered; the class is completed and rated."""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.kernel.clock import wall
from prakerja.kernel.db import call
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.notifications.operations import seal_parameters
from prakerja.training.completion import CompletionReceipt, record_completion
from prakerja.training.queries import RedemptionStatus, redemption_status, route_of_code
from prakerja.training.rating import rate

__all__ = ["CompletionReceipt", "rate", "record_completion", "redeem"]

_REDEEM = f"SELECT reason FROM redeem({', '.join(['%s'] * 10)})"


def redeem(*, institution_id: uuid.UUID, code: str, at: datetime) -> RedemptionStatus:
    """Use up a code at its institution: the first attendance is verified and the institution is owed the price.

    A hot call (architecture.md 4): one indexed read for the route, one function. Raises Refused in the published order:
    code_unknown, type_mismatch, outside_window, not_owner, code_void, transaction_void, code_used (partner-api 2.7).
    """
    claim = route_of_code(code=code)
    message_id = new_id()
    (reason,) = call(
        _REDEEM,
        [
            claim.person_id,
            claim.voucher_id,
            institution_id,
            at,
            wall(),
            new_id(),
            new_id(),
            message_id,
            seal_parameters(message_id=message_id, parameters={}),
            new_id(),
        ],
    )
    if reason is not None:
        raise Refused(reason)
    return redemption_status(institution_id=institution_id, code=code, at=at)
