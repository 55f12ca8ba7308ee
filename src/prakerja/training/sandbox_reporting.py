"""The completion of a test code: an institution rehearses the report, its correction and its withdrawal (rules.md 12.29).

A test code belongs to nobody, so nothing is certified, closed or told; the answers are those of a class of 2021. Resetting the
code forgets the report.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime

from prakerja.kernel.db import requires_transaction
from prakerja.kernel.errors import Refused
from prakerja.programmes.schemes import certificate_visible_at, indonesian_calendar, scheme_by_key, wib_day
from prakerja.training import sandbox_codes
from prakerja.training.completion import CompletionReceipt
from prakerja.training.models import SandboxAttendance, SandboxCode, SandboxReport

# What the class of a test code certifies.
KINDS = ("completion",)
# Its certificate travels as in the scheme whose completions are reported.
_SCHEME = "2021"


@requires_transaction
def report(
    *,
    institution_id: uuid.UUID,
    code: str,
    completed_date: date | None,
    score: int | None,
    certificate_number: str,
    certificate_kind: str,
    at: datetime,
) -> CompletionReceipt:
    """Report a redeemed test code, once; the same content again gets the same answer.

    Raises Refused: code_unknown, not_owner, voucher_not_redeemed, field_invalid (field), certificate_kind_unknown (kinds),
    completion_differs.
    """
    row = _redeemed(institution_id=institution_id, code=code)
    told = _possible(completed_date, score, certificate_number, certificate_kind, row=row, at=at)
    there = SandboxReport.objects.filter(code=row).first()
    if there is None:
        visible_from = certificate_visible_at(
            scheme=scheme_by_key(_SCHEME), reported_at=at, calendar=indonesian_calendar()
        )
        there = SandboxReport.objects.create(
            code=row,
            completed_date=told[0] or wib_day(at),
            score=told[1],
            certificate_number=told[2],
            certificate_kind=told[3],
            reported_at=at,
            visible_from=visible_from,
        )
    elif told != (told[0] and there.completed_date, there.score, there.certificate_number, there.certificate_kind):
        raise Refused("completion_differs")
    return _receipt(there)


@requires_transaction
def correct(
    *,
    institution_id: uuid.UUID,
    code: str,
    completed_date: date | None,
    score: int | None,
    certificate_number: str,
    certificate_kind: str,
    at: datetime,
) -> CompletionReceipt:
    """Replace what was reported of a test code, until its certificate would be visible.

    Raises Refused: code_unknown, not_owner, completion_unreported, certificate_visible (visible_from), field_invalid
    (field), certificate_kind_unknown (kinds).
    """
    there = _standing(institution_id=institution_id, code=code, at=at)
    told = _possible(completed_date, score, certificate_number, certificate_kind, row=there.code, at=at)
    there.completed_date = told[0] or there.completed_date
    there.score, there.certificate_number, there.certificate_kind = told[1:]
    there.save()
    return _receipt(there)


@requires_transaction
def withdraw(*, institution_id: uuid.UUID, code: str, at: datetime) -> None:
    """Take it back. Raises Refused: code_unknown, not_owner, completion_unreported, certificate_visible (visible_from)."""
    _standing(institution_id=institution_id, code=code, at=at).delete()


@requires_transaction
def _redeemed(*, institution_id: uuid.UUID, code: str) -> SandboxCode:
    row = sandbox_codes.locked_code(institution_id=institution_id, code=code)
    if not SandboxAttendance.objects.filter(code=row, outcome="verified").exists():
        raise Refused("voucher_not_redeemed")
    return row


@requires_transaction
def _standing(*, institution_id: uuid.UUID, code: str, at: datetime) -> SandboxReport:
    row = sandbox_codes.locked_code(institution_id=institution_id, code=code)
    there = SandboxReport.objects.filter(code=row).select_related("code").first()
    if there is None:
        raise Refused("completion_unreported")
    if at >= there.visible_from:
        raise Refused("certificate_visible", visible_from=there.visible_from)
    return there


def _possible(
    completed_date: date | None, score: int | None, number: str, kind: str, *, row: SandboxCode, at: datetime
) -> tuple[date | None, int | None, str, str]:
    if score is not None and not 0 <= score <= 100:
        raise Refused("field_invalid", field="score")
    if not number.strip():
        raise Refused("field_invalid", field="certificate_number")
    if kind not in KINDS:
        raise Refused("certificate_kind_unknown", kinds=KINDS)
    if completed_date is not None and not wib_day(row.created_at) <= completed_date <= wib_day(at):
        raise Refused("field_invalid", field="completed_date")
    return completed_date, score, number.strip(), kind


def _receipt(there: SandboxReport) -> CompletionReceipt:
    return CompletionReceipt(
        completion_id=there.id,
        course_code=f"COURSE-CODE-{there.code.case}",
        schedule_code=f"SCHEDULE-{there.code.case}",
        completed_date=there.completed_date,
        score=there.score,
        certificate_number=there.certificate_number,
        certificate_kind=there.certificate_kind,
        reported_at=there.reported_at,
        visible_from=there.visible_from,
    )
