"""Search own transactions: a platform its purchases, an institution the vouchers redeemed at it. Paged by instant and id.

Reads: catalogue_course, catalogue_courserun, partners_partner, vouchers_voucher.
"""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from prakerja.kernel.clock import WIB
from prakerja.kernel.db import rows
from prakerja.kernel.errors import Refused
from prakerja.kernel.secrets import unseal


@dataclass(frozen=True)
class Found:
    """A page of what was found, oldest first, and the cursor of the next one (None at the end)."""

    items: list[dict[str, Any]]
    next_cursor: str | None


_PURCHASES = """
SELECT purchase.authorised_at, purchase.id, purchase.invoice_code, purchase.reference, purchase.amount, purchase.status,
       purchase.voided_at, course.code, run.code
  FROM purchases_purchase purchase
  JOIN catalogue_course course ON course.id = purchase.course_id
  JOIN catalogue_courserun run ON run.id = purchase.course_run_id
 WHERE purchase.platform_id = %(partner)s
   AND (purchase.authorised_at, purchase.id) > (%(after)s, %(after_id)s)
   AND purchase.authorised_at >= %(begins)s AND purchase.authorised_at < %(ends)s
   AND (%(status)s::text IS NULL OR purchase.status = %(status)s)
 ORDER BY purchase.authorised_at, purchase.id LIMIT %(limit)s
"""
_REDEEMED = """
SELECT voucher.redeemed_at, voucher.id, voucher.code_enc, voucher.status, course.code, run.code, platform.name
  FROM vouchers_voucher voucher
  JOIN purchases_purchase purchase ON purchase.person_id = voucher.person_id AND purchase.voucher_id = voucher.id
  JOIN catalogue_course course ON course.id = purchase.course_id
  JOIN catalogue_courserun run ON run.id = voucher.course_run_id
  JOIN partners_partner platform ON platform.id = purchase.platform_id
 WHERE voucher.institution_id = %(partner)s AND voucher.redeemed_at IS NOT NULL
   AND (voucher.redeemed_at, voucher.id) > (%(after)s, %(after_id)s)
   AND voucher.redeemed_at >= %(begins)s AND voucher.redeemed_at < %(ends)s
   AND (%(status)s::text IS NULL OR voucher.status = %(status)s)
 ORDER BY voucher.redeemed_at, voucher.id LIMIT %(limit)s
"""


def purchases_of(
    *,
    platform_id: uuid.UUID,
    since: date | None,
    until: date | None,
    status: str | None,
    cursor: str | None,
    limit: int,
) -> Found:
    """A platform's own purchases, made on Jakarta days `since` to `until` (both counted; None: no bound).

    `status` is succeeded, voided or None for both; amounts in rupiah. Raises Refused: cursor_invalid.
    """
    found = rows(_PURCHASES, _parameters(platform_id, since, until, status, cursor, limit))
    names = ("invoice_code", "reference", "amount", "status", "voided_at", "course_code", "schedule_code")
    items = [{"created_at": row[0]} | dict(zip(names, row[2:], strict=True)) for row in found[:limit]]
    return Found(items, _next(found, limit))


def redemptions_of(
    *,
    institution_id: uuid.UUID,
    since: date | None,
    until: date | None,
    status: str | None,
    cursor: str | None,
    limit: int,
) -> Found:
    """Vouchers redeemed at an institution on Jakarta days `since` to `until` (both counted; None: no bound).

    `status` is redeemed, cancelled (after it was redeemed) or None for both. Raises Refused: cursor_invalid.
    """
    found = rows(_REDEEMED, _parameters(institution_id, since, until, status, cursor, limit))
    items = [
        {
            "redeemed_at": redeemed_at,
            "redeem_code": unseal(code_enc, table="vouchers_voucher", column="code_enc", row_id=voucher_id),
            "status": state,
            "course_code": course_code,
            "schedule_code": run_code,
            "platform": platform,
        }
        for redeemed_at, voucher_id, code_enc, state, course_code, run_code, platform in found[:limit]
    ]
    return Found(items, _next(found, limit))


def _parameters(
    partner_id: uuid.UUID, since: date | None, until: date | None, status: str | None, cursor: str | None, limit: int
) -> dict[str, Any]:
    after, after_id = _after(cursor)
    return {
        "partner": partner_id,
        "begins": _midnight(since) if since else datetime(1970, 1, 1, tzinfo=UTC),
        "ends": _midnight(until) + timedelta(days=1) if until else datetime(9000, 1, 1, tzinfo=UTC),
        "status": status,
        "after": after,
        "after_id": after_id,
        "limit": limit + 1,
    }


def _midnight(day: date) -> datetime:
    # No instant of ours is beyond these, and a day more or an hour less must still be one.
    day = min(max(day, date(1970, 1, 2)), date(8999, 1, 1))
    return datetime.combine(day, time(), tzinfo=WIB)


def _next(found: list[tuple[Any, ...]], limit: int) -> str | None:
    if len(found) <= limit:
        return None
    at, row_id = found[limit - 1][:2]
    return base64.urlsafe_b64encode(f"{at.astimezone(UTC).isoformat()}|{row_id}".encode()).decode()


def _after(cursor: str | None) -> tuple[datetime, uuid.UUID]:
    if not cursor:
        return datetime(1970, 1, 1, tzinfo=UTC), uuid.UUID(int=0)
    try:
        at, _, row_id = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        instant, found = datetime.fromisoformat(at), uuid.UUID(row_id)
    except ValueError as error:
        raise Refused("cursor_invalid") from error
    if instant.tzinfo is None:
        raise Refused("cursor_invalid")
    return instant, found
