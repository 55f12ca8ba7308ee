"""Everything that decides about the attendance of a code, in one read.

Reads: awards_award, catalogue_course, catalogue_courserun, purchases_purchase, vouchers_voucher.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prakerja.catalogue.queries import sessions_of
from prakerja.kernel.db import row
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import CompletionSource, Delivery, Scheme, Window, attendance_window
from prakerja.training.policies import POST_TEST, CodeFacts

_FACTS = """
SELECT voucher.institution_id, course.mode, course.delivery, run.session_count, course.has_post_test, voucher.status,
       voucher.cancel_reason, voucher.redeemable_from, voucher.redeemable_until, voucher.course_run_id, run.starts_at,
       run.ends_at, run.course_id, award.scheme_version_id, course.required_assignments, course.certificate_kinds,
       run.cancelled_at, course.code, run.code, course.title, voucher.redeemed_at, award.wallet_id,
       ARRAY(SELECT attendance.sequence FROM training_attendance attendance
              WHERE attendance.person_id = voucher.person_id AND attendance.voucher_id = voucher.id),
       award.id
  FROM vouchers_voucher voucher
  JOIN catalogue_courserun run ON run.id = voucher.course_run_id
  JOIN catalogue_course course ON course.id = run.course_id
  JOIN purchases_purchase purchase ON purchase.person_id = voucher.person_id AND purchase.voucher_id = voucher.id
  JOIN awards_award award ON award.person_id = purchase.person_id AND award.id = purchase.award_id
 WHERE voucher.person_id = %s AND voucher.id = %s
"""


@dataclass(frozen=True)
class BoughtCode:
    """A code with its class and the rules that it was bought under. Instants are UTC programme time."""

    person_id: uuid.UUID
    voucher_id: uuid.UUID
    course_id: uuid.UUID
    award_id: uuid.UUID
    wallet_id: uuid.UUID
    run_id: uuid.UUID
    course_code: str
    schedule_code: str
    course_title: str
    redeemed_at: datetime | None
    run_starts_at: datetime
    run_ends_at: datetime
    redeemable: Window
    required_assignments: int
    certificate_kinds: tuple[str, ...]
    is_class_cancelled: bool
    rules: Scheme
    facts: CodeFacts

    @property
    def certificate_kind(self) -> str:
        """The kind that a completion has when no report says which."""
        return self.certificate_kinds[0] if self.certificate_kinds else "completion"


def bought_code(*, person_id: uuid.UUID, voucher_id: uuid.UUID) -> BoughtCode:
    """Read a code that exists. Raises RuntimeError when it has no purchase, which the tables do not allow."""
    found = row(_FACTS, [person_id, voucher_id])
    if found is None:
        raise RuntimeError("a code without its purchase")
    return BoughtCode(
        person_id=person_id,
        voucher_id=voucher_id,
        course_id=found[12],
        award_id=found[23],
        wallet_id=found[21],
        run_id=found[9],
        course_code=found[17],
        schedule_code=found[18],
        course_title=found[19],
        redeemed_at=found[20],
        run_starts_at=found[10],
        run_ends_at=found[11],
        redeemable=Window(opens_at=found[7], closes_at=found[8]),
        required_assignments=found[14],
        certificate_kinds=_kinds(found[15]),
        is_class_cancelled=found[16] is not None,
        rules=scheme(scheme_version_id=found[13]),
        facts=CodeFacts(
            institution_id=found[0],
            mode=found[1],
            delivery=Delivery(found[2]),
            session_count=found[3],
            has_post_test=found[4],
            status=found[5],
            cancel_reason=found[6],
            verified=frozenset(found[22]),
        ),
    )


def is_completion_derived(found: BoughtCode) -> bool:
    """Whether completion follows from attendance and assignments; else an institution's report makes it.

    A course with neither a post-test nor an assignment proves nothing by itself, so its completion is reported in every
    scheme.
    """
    has_proof = found.facts.has_post_test or found.required_assignments > 0
    return found.rules.completion is CompletionSource.DERIVED and has_proof


def _kinds(kinds: Any) -> tuple[str, ...]:
    """The kinds of certificates that a course gives, the usual one first."""
    # A raw cursor returns jsonb as text.
    listed = json.loads(kinds) if isinstance(kinds, str) else kinds
    return tuple(map(str, listed))


def window_of(*, code: BoughtCode, sequence: int) -> Window | None:
    """When this sequence may be verified; None when the class does not have it.

    The first one's window was fixed when the code was issued (ADR 0012); the others follow their session's dates.
    """
    if sequence not in code.facts.sequences:
        return None
    if code.is_class_cancelled and code.facts.status != "cancelled":
        # There is no hour at which one could be there.
        return Window(opens_at=code.run_starts_at, closes_at=code.run_starts_at)
    if sequence == 1:
        return code.redeemable
    session_starts_at = code.run_starts_at
    if code.facts.delivery is Delivery.LIVE:
        sessions = sessions_of(course_run_id=code.run_id)
        session_starts_at = sessions[-1 if sequence == POST_TEST else sequence - 1].starts_at
    return attendance_window(
        scheme=code.rules,
        delivery=code.facts.delivery,
        run_starts_at=code.run_starts_at,
        run_ends_at=code.run_ends_at,
        session_starts_at=session_starts_at,
        is_post_test=sequence == POST_TEST,
    )
