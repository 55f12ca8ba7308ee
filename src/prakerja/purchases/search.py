"""Search own transactions: a platform its purchases, an institution the vouchers redeemed at it. Paged by instant and id.

Reads: awards_award, catalogue_course, catalogue_courserun, partners_partner, vouchers_voucher.
"""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from prakerja.kernel.clock import WIB
from prakerja.kernel.db import rows
from prakerja.kernel.errors import Refused
from prakerja.kernel.pages import Page, decode_cursor, page_of, place_as_identifier
from prakerja.kernel.secrets import unseal
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import CompletionSource

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
SELECT voucher.redeemed_at, voucher.id, voucher.code_enc, voucher.status, course.code, run.code, platform.name,
       course.required_assignments, award.scheme_version_id
  FROM vouchers_voucher voucher
  JOIN purchases_purchase purchase ON purchase.person_id = voucher.person_id AND purchase.voucher_id = voucher.id
  JOIN catalogue_course course ON course.id = purchase.course_id
  JOIN catalogue_courserun run ON run.id = voucher.course_run_id
  JOIN partners_partner platform ON platform.id = purchase.platform_id
  JOIN awards_award award ON award.person_id = purchase.person_id AND award.id = purchase.award_id
 WHERE voucher.institution_id = %(partner)s AND voucher.redeemed_at IS NOT NULL
   AND (voucher.redeemed_at, voucher.id) > (%(after)s, %(after_id)s)
   AND voucher.redeemed_at >= %(begins)s AND voucher.redeemed_at < %(ends)s
   AND (%(status)s::text IS NULL OR voucher.status = %(status)s)
   AND (%(invoice)s::text IS NULL OR purchase.invoice_code = %(invoice)s)
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
) -> Page[dict[str, Any]]:
    """A platform's own purchases, made on Jakarta days `since` to `until` (both counted; None: no bound).

    `status` is succeeded, voided or None for both; amounts in rupiah. Raises Refused: cursor_invalid.
    """
    page = _page(_PURCHASES, platform_id, since, until, status, cursor, limit)
    names = ("invoice_code", "reference", "amount", "status", "voided_at", "course_code", "schedule_code")
    items = [{"created_at": row[0]} | dict(zip(names, row[2:], strict=True)) for row in page.items]
    return Page(items, page.next_cursor)


def redemptions_of(
    *,
    institution_id: uuid.UUID,
    since: date | None,
    until: date | None,
    status: str | None,
    invoice_code: str | None = None,
    cursor: str | None,
    limit: int,
) -> Page[dict[str, Any]]:
    """Vouchers redeemed at an institution on Jakarta days `since` to `until` (both counted; None: no bound).

    `status` is redeemed, cancelled (after it was redeemed) or None for both; `invoice_code` is what a code's status tells, or
    None. `required_assignments` is what the rules of the participant's wave ask for: none where an institution reports the
    completion (decisions.md 21). Raises Refused: cursor_invalid.
    """
    page = _page(_REDEEMED, institution_id, since, until, status, cursor, limit, invoice_code)
    items = [
        {
            "redeemed_at": redeemed_at,
            "redeem_code": unseal(code_enc, table="vouchers_voucher", column="code_enc", row_id=voucher_id),
            "status": state,
            "course_code": course_code,
            "schedule_code": run_code,
            "platform": platform,
            "required_assignments": required if _are_mandatory(version) else 0,
        }
        for redeemed_at, voucher_id, code_enc, state, course_code, run_code, platform, required, version in page.items
    ]
    return Page(items, page.next_cursor)


def _are_mandatory(scheme_version_id: uuid.UUID) -> bool:
    return scheme(scheme_version_id=scheme_version_id).completion is CompletionSource.DERIVED


def _page(
    statement: str,
    partner_id: uuid.UUID,
    since: date | None,
    until: date | None,
    status: str | None,
    cursor: str | None,
    limit: int,
    invoice_code: str | None = None,
) -> Page[tuple[Any, ...]]:
    after, after_id = _after(cursor)
    parameters = {
        "partner": partner_id,
        "begins": _midnight(since) if since else datetime(1970, 1, 1, tzinfo=UTC),
        "ends": _midnight(until) + timedelta(days=1) if until else datetime(9000, 1, 1, tzinfo=UTC),
        "status": status,
        "invoice": invoice_code,
        "after": after,
        "after_id": after_id,
        "limit": limit + 1,
    }
    return page_of(rows(statement, parameters), limit=limit, place=_place)


def _midnight(day: date) -> datetime:
    # No instant of ours is beyond these, and a day more or an hour less must still be one.
    day = min(max(day, date(1970, 1, 2)), date(8999, 1, 1))
    return datetime.combine(day, time(), tzinfo=WIB)


def _place(row: tuple[Any, ...]) -> str:
    at, row_id = row[:2]
    return f"{at.astimezone(UTC).isoformat()}|{row_id}"


def _after(cursor: str | None) -> tuple[datetime, uuid.UUID]:
    place = decode_cursor(cursor)
    if not place:
        return datetime(1970, 1, 1, tzinfo=UTC), uuid.UUID(int=0)
    try:
        at, _, row_id = place.partition("|")
        instant = datetime.fromisoformat(at)
    except ValueError as error:
        raise Refused("cursor_invalid") from error
    if instant.tzinfo is None:
        raise Refused("cursor_invalid")
    return instant, place_as_identifier(row_id)
