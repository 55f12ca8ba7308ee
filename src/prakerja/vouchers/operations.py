"""The one code of a purchase: issued by `authorise`, used by redemption, cancelled or expired here.

Reads: catalogue_courserun.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from prakerja.kernel.db import requires_transaction, rows
from prakerja.vouchers.models import Voucher
from prakerja.vouchers.states import VOUCHER_STATES


@requires_transaction
def lock_voucher(*, person_id: uuid.UUID, voucher_id: uuid.UUID) -> Voucher:
    """The voucher row, locked until the end of the transaction: redemption and void of one code wait for each other."""
    return Voucher.objects.select_for_update(no_key=True).get(person_id=person_id, id=voucher_id)


@requires_transaction
def lock_vouchers(*, voucher_ids: Iterable[uuid.UUID]) -> list[Voucher]:
    """These codes as far as they live (issued or redeemed), locked in the order of their ids."""
    living = Voucher.objects.select_for_update(no_key=True).filter(
        id__in=list(voucher_ids), status__in=VOUCHER_STATES.group("LIVE")
    )
    return list(living.order_by("id"))


class LockedCode(NamedTuple):
    """A code that nobody entered, locked. Instants are UTC, `until` exclusive. `remind_at` is None when it is not reckoned."""

    person_id: uuid.UUID
    voucher_id: uuid.UUID
    amount: int
    issued_at: datetime
    redeemable_from: datetime
    redeemable_until: datetime
    remind_at: datetime | None


_COLUMNS = """voucher.person_id, voucher.id, voucher.amount, voucher.issued_at, voucher.redeemable_from,
       voucher.redeemable_until, voucher.remind_at"""
# Each by an index of its own.
_UNRECKONED = f"""
SELECT {_COLUMNS} FROM vouchers_voucher voucher
 WHERE voucher.status = 'issued' AND voucher.remind_at IS NULL AND voucher.issued_at <= %(at)s
 ORDER BY voucher.issued_at LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED"""
_TO_REMIND = f"""
SELECT {_COLUMNS} FROM vouchers_voucher voucher
 WHERE voucher.status = 'issued' AND voucher.remind_at < voucher.redeemable_until AND voucher.remind_at <= %(at)s
 ORDER BY voucher.remind_at LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED"""
_OVERDUE = f"""
SELECT {_COLUMNS} FROM vouchers_voucher voucher
  JOIN catalogue_courserun run ON run.id = voucher.course_run_id AND run.cancelled_at IS NULL
 WHERE voucher.status = 'issued' AND voucher.redeemable_until <= %(at)s
 ORDER BY voucher.redeemable_until LIMIT {{most}} FOR NO KEY UPDATE OF voucher SKIP LOCKED"""
_ONE_OVERDUE = f"""
SELECT {_COLUMNS} FROM vouchers_voucher voucher
 WHERE voucher.person_id = %(person)s AND voucher.id = %(id)s AND voucher.status = 'issued'
   AND voucher.redeemable_until <= %(at)s FOR NO KEY UPDATE OF voucher"""


@requires_transaction
def lock_codes_to_remind(*, at: datetime, most: int) -> list[LockedCode]:
    """Unused codes whose owners are reminded at `at`, or for which that is to be reckoned; at most `most`, locked.

    What somebody else holds is left out. The caller sets each one's next reminder, so that none comes twice.
    """
    found = rows(_UNRECKONED, {"at": at, "most": most})
    if len(found) < most:
        found += rows(_TO_REMIND, {"at": at, "most": most - len(found)})
    return [LockedCode(*one) for one in found]


@requires_transaction
def lock_overdue_codes(*, at: datetime, most: int) -> list[LockedCode]:
    """Codes that nobody entered although their window has closed at `at`, at most `most`, locked; what somebody else holds is
    left out. The price of a cancelled class goes back instead."""
    # The number stands in the statement: a prepared one that does not know it may sort everybody for each chunk.
    return [LockedCode(*one) for one in rows(_OVERDUE.format(most=most), {"at": at})]


@requires_transaction
def lock_overdue_code(*, person_id: uuid.UUID, voucher_id: uuid.UUID, at: datetime) -> list[LockedCode]:
    """One such code, whoever holds it meanwhile; none when it was redeemed or cancelled first, or is not over."""
    return [LockedCode(*one) for one in rows(_ONE_OVERDUE, {"person": person_id, "id": voucher_id, "at": at})]


@requires_transaction
def lock_unentered_codes(*, codes: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> set[uuid.UUID]:
    """Those of the codes, as (person, voucher), that nobody entered and nobody holds; locked."""
    found = rows(
        "SELECT voucher.id FROM unnest(%s::uuid[], %s::uuid[]) AS given (person_id, id)"
        " JOIN vouchers_voucher voucher ON voucher.person_id = given.person_id AND voucher.id = given.id"
        " WHERE voucher.status = 'issued' ORDER BY voucher.id FOR NO KEY UPDATE OF voucher SKIP LOCKED",
        [[one for one, _ in codes], [one for _, one in codes]],
    )
    return {voucher_id for (voucher_id,) in found}


@requires_transaction
def set_reminders(*, reminders: Sequence[tuple[LockedCode, datetime | None]]) -> None:
    """Write down when the owners of locked codes are reminded next (UTC); None: no reminder is left."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE vouchers_voucher voucher SET remind_at = given.remind_at"
            " FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[]) AS given (person_id, id, remind_at)"
            " WHERE voucher.person_id = given.person_id AND voucher.id = given.id",
            [
                [code.person_id for code, _ in reminders],
                [code.voucher_id for code, _ in reminders],
                [code.redeemable_until if instant is None else instant for code, instant in reminders],
            ],
        )


@requires_transaction
def cancel_voucher(*, voucher: Voucher, reason: str, at: datetime) -> None:
    """Make a code unusable. `reason`: transaction_voided, code_voided or session_cancelled (contract.md 4)."""
    voucher.status = VOUCHER_STATES.advance(current=voucher.status, verb="cancel")
    voucher.cancel_reason, voucher.ended_at = reason, at
    voucher.save(update_fields=["status", "cancel_reason", "ended_at"])


@requires_transaction
def expire_vouchers(*, codes: Sequence[LockedCode], at: datetime) -> None:
    """End locked codes that were never redeemed, at the end of their windows (decisions.md 23)."""
    Voucher.objects.filter(id__any_of=[code.voucher_id for code in codes]).update(
        status=VOUCHER_STATES.target("expire"), ended_at=at
    )


@requires_transaction
def cancel_vouchers(*, voucher_ids: Sequence[uuid.UUID], reason: str, at: datetime) -> None:
    """`cancel_voucher` for many codes that the caller has locked."""
    Voucher.objects.filter(id__any_of=voucher_ids).update(
        status=VOUCHER_STATES.target("cancel"), cancel_reason=reason, ended_at=at
    )
