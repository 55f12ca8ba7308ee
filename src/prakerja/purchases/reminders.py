"""Reminders of a code that was not redeemed: at 09:00 WIB, 7 and 1 days before it ends (rules.md 13.1).

Reads: awards_award, catalogue_course, partners_partner.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from prakerja.catalogue.queries import CourseWords
from prakerja.kernel.db import requires_transaction, rows, transaction
from prakerja.kernel.due import in_chunks
from prakerja.notifications.operations import Notice, queue_many
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import code_reminder_instants
from prakerja.vouchers.operations import LockedCode, lock_codes_to_remind, set_reminders

# Codes that are dealt with in one transaction.
CHUNK = 500
_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
_BOUGHT = """
SELECT purchase.voucher_id, award.scheme_version_id, course.title, institution.name, course.mode, institution.address,
       institution.city, institution.province_code
  FROM unnest(%s::uuid[], %s::uuid[]) AS given (person_id, voucher_id)
  JOIN purchases_purchase purchase ON purchase.person_id = given.person_id AND purchase.voucher_id = given.voucher_id
  JOIN awards_award award ON award.person_id = purchase.person_id AND award.id = purchase.award_id
  JOIN catalogue_course course ON course.id = purchase.course_id
  JOIN partners_partner institution ON institution.id = course.institution_id"""


class _Bought(NamedTuple):
    scheme_version_id: uuid.UUID
    course: CourseWords


def remind_of_codes(*, at: datetime, chunk: int = CHUNK) -> int:
    """Tell the owners of unused codes by SMS and dashboard until when they work, once for each reminder; else reckon when to.

    A class that has not begun says from when. Of several reminders that were missed only the last is sent, and none after the
    end. A chunk at a time, each a transaction. Returns how many codes were dealt with.
    """
    return in_chunks(lambda: _remind_some(at=at, most=chunk))


def _remind_some(*, at: datetime, most: int) -> int | None:
    with transaction():
        codes = lock_codes_to_remind(at=at, most=most)
        if not codes:
            return None
        bought = _bought(codes)
        reminders, told = [], []
        for code in codes:
            instants = [
                one
                for one in _instants(bought[code.voucher_id].scheme_version_id, code.redeemable_until)
                if one > code.issued_at
            ]
            reminders.append((code, min((one for one in instants if one > at), default=None)))
            is_due = code.remind_at is not None or any(one <= at for one in instants)
            if is_due and at < code.redeemable_until:
                told.append(code)
        set_reminders(reminders=reminders)
        _tell(told, bought, at=at)
    return len(codes)


@requires_transaction
def _tell(told: Sequence[LockedCode], bought: dict[uuid.UUID, _Bought], *, at: datetime) -> None:
    for template, is_open in (("code_ending", True), ("code_opens", False)):
        queue_many(
            template=template,
            channels=("sms", "dashboard"),
            notices=(
                Notice(
                    code.person_id,
                    {
                        "course_title": bought[code.voucher_id].course.title,
                        "school": bought[code.voucher_id].course.institution,
                        "place": bought[code.voucher_id].course.place,
                        "variant": bought[code.voucher_id].course.mode,
                        "opens_at": code.redeemable_from.isoformat(),
                        "deadline": code.redeemable_until.isoformat(),
                    },
                    f"code_reminder:{code.voucher_id}:{(code.remind_at or at).isoformat()}",
                )
                for code in told
                if (code.redeemable_from <= at) is is_open
            ),
            at=at,
            may_be_known=True,
        )


@requires_transaction
def _bought(codes: Sequence[LockedCode]) -> dict[uuid.UUID, _Bought]:
    found = rows(_BOUGHT, [[code.person_id for code in codes], [code.voucher_id for code in codes]])
    return {voucher_id: _Bought(version_id, CourseWords(*words)) for voucher_id, version_id, *words in found}


@lru_cache(maxsize=4096)
def _instants(scheme_version_id: uuid.UUID, ends_at: datetime) -> tuple[datetime, ...]:
    """The reminders of every code that ends then, whenever it was bought."""
    return code_reminder_instants(
        scheme=scheme(scheme_version_id=scheme_version_id), issued_at=_ALWAYS, ends_at=ends_at
    )
