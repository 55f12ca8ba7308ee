"""What an answer must look like: exact members and JSON types of the published samples, and of our own pages."""

from __future__ import annotations

import re
from typing import Any

_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_SPAN = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) - (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)")
_NONE = type(None)

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
    # A client decodes it into a string: "not yet" is empty, and never another type.
    "redeem_at": str,
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
TOKENS = {"access_token": str, "expires_in": str, "refresh_token": str, "scope": str, "token_type": str}
PROFILE = dict.fromkeys(("dp_user_id", "email", "name", "no_prakerja", "phone_number", "user_id"), str)
KINDS = {1: "Pembelajaran Mandiri", 2: "Webinar", 3: "Luring"}

# --- our own calls ---
PAGE = {"items": list, "next_cursor": (str, _NONE)}
_COURSE = {
    "course_code": str,
    "title": str,
    "category": str,
    "mode": str,
    "delivery": str,
    "duration_hours": int,
    "summary": str,
    "syllabus": list,
}
LISTING = {
    **_COURSE,
    "language": str,
    "target_job": str,
    "competency_standard": str,
    "certificate_kinds": list,
    "rating_average": (int, float, _NONE),
    "rating_count": int,
    "institution": dict,
    "how_to_redeem": str,
    "price": int,
    "promotion": (dict, _NONE),
    "runs": list,
}
LISTED_RUN = {
    "schedule_code": str,
    "starts_at": str,
    "ends_at": str,
    "capacity": int,
    "seats_available": int,
    "is_on_sale": bool,
}
COURSE_RUN = {
    **_COURSE,
    "schedule_code": str,
    "starts_at": str,
    "ends_at": str,
    "session_count": int,
    "sessions": list,
    "has_post_test": bool,
    "required_assignments": int,
    "capacity": int,
    "seats_taken": int,
}
OWN_RUN = {
    "course_code": str,
    "schedule_code": str,
    "starts_at": str,
    "ends_at": str,
    "session_count": int,
    "sessions": list,
    "capacity": int,
    "seats_taken": int,
}
OWN_COURSE = {
    **_COURSE,
    "language": str,
    "target_job": str,
    "competency_standard": str,
    "certificate_kinds": list,
    "has_post_test": bool,
    "required_assignments": int,
    "min_age": int,
    "min_education": int,
    "is_listed": bool,
    "curation": dict,
}
CURATION = {"status": str, "note": str, "submitted_at": (str, _NONE), "decided_at": (str, _NONE)}
TRANSACTION = {
    **PAYMENT_STATUS,
    "voucher_code": (str, _NONE),
    "voucher_status": str,
    "redeemable_from": str,
    "redeemable_until": str,
    "course_code": str,
    "schedule_code": str,
    "course_title": str,
    "institution": dict,
    "how_to_redeem": str,
    "class_cancelled_at": (str, _NONE),
}
FOUND_TRANSACTION = {
    "invoice_code": str,
    "transaction_code": str,
    "amount": int,
    "status": str,
    "created_at": str,
    "voided_at": (str, _NONE),
    "course_code": str,
    "schedule_code": str,
}
FOUND_REDEMPTION = {
    "redeem_code": str,
    "status": str,
    "redeemed_at": str,
    "required_assignments": int,
    "course_code": str,
    "schedule_code": str,
    "platform": str,
}
PRICE_PROPOSAL = {
    "course_code": str,
    "price": int,
    "outside_price": int,
    "live_price": (int, _NONE),
    "status": str,
    "note": str,
    "proposed_at": str,
    "decided_at": (str, _NONE),
}
TEST_CODE = {"redeem_code": str, "case": str}


def problem(found: dict[str, Any], shape: dict[str, Any], *, may_grow: bool = False) -> str:
    """Which members are missing, superfluous or of another type; "" when none are. A bool is no integer here.

    What is published gains no members; our own calls `may_grow`, and clients ignore what they do not know.
    """
    wrong = [f"{name} is missing" for name in shape if name not in found]
    wrong += [f"{name} is not published" for name in found if name not in shape and not may_grow]
    wrong += [
        f"{name} is {type(found[name]).__name__}"
        for name, kind in shape.items()
        if name in found and not _is(found[name], kind)
    ]
    wrong += [
        f"{name} is no instant"
        for name, value in found.items()
        if name.endswith("_at") and isinstance(value, str) and value and not is_stamp(value)
    ]
    return ", ".join(wrong)


def _is(value: Any, kind: Any) -> bool:
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, kind)


def is_stamp(value: Any) -> bool:
    """RFC 3339 with Z and whole seconds, as every published sample."""
    return isinstance(value, str) and _STAMP.fullmatch(value) is not None


def is_span(value: Any) -> bool:
    """`YYYY-MM-DD HH:MM:SS - YYYY-MM-DD HH:MM:SS`, the later one last (contract.md G4)."""
    found = _SPAN.fullmatch(value) if isinstance(value, str) else None
    return found is not None and found[1] < found[2]


def kind_problem(kind: Any, label: Any, method: Any, is_online: Any = None) -> str:
    """Whether number, label and method of a kind of training belong together (contract.md 2.8, G4)."""
    wanted = KINDS.get(kind, "")
    same = wanted and label in (wanted, None) and method == wanted.lower()
    seen = f"{kind}, {label}, {method}, {is_online}"
    return "" if same and (is_online is None or is_online is (kind != 3)) else seen
