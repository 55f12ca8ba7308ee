"""What an answer must look like: exact members and JSON types of the published samples."""

from __future__ import annotations

import re
from typing import Any

_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

QUOTA = {"schedule_code": str, "course_code": str, "quota": int}
RECEIPT = {"invoice_code": str, "transaction_code": str, "amount": int, "status": str, "prakerja_name": str}
PAYMENT_STATUS = {"created_at": str, **RECEIPT}
REDEEM_CODE = {
    "redeem_code": str,
    "course_code": str,
    "invoice_code": str,
    "schedule_code": str,
    "status": int,
    "attendance_status": int,
    "redeem_at": (str, type(None)),
    "dp_platform": str,
    "schedule_start_end": str,
    "course_type": int,
    "course_type_label": str,
    "course_learning_method": str,
    "is_online_attendance": bool,
    "sequence": int,
}
VERIFICATION = {"url": str, "state": str, "course": dict}
ASSIGNMENT = {"redeem_code": str, "scope": str, "sequence": int, "status": int}
SUBMISSION = {"id": int, **ASSIGNMENT, "url_file": str}
FEEDBACK = {**SUBMISSION, "notes": str}


def problem(found: dict[str, Any], shape: dict[str, Any]) -> str:
    """Which members are missing, superfluous or of another type; "" when none are. A bool is no integer here."""
    wrong = [f"{name} is missing" for name in shape if name not in found]
    wrong += [f"{name} is not published" for name in found if name not in shape]
    wrong += [
        f"{name} is {type(found[name]).__name__}"
        for name, kind in shape.items()
        if name in found and not _is(found[name], kind)
    ]
    return ", ".join(wrong)


def _is(value: Any, kind: Any) -> bool:
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, kind)


def is_stamp(value: Any) -> bool:
    """RFC 3339 with Z and whole seconds, as every published sample."""
    return isinstance(value, str) and _STAMP.fullmatch(value) is not None
