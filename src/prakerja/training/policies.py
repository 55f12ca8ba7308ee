"""Pure decisions about a code at its institution: what may be verified next, what may be handed in.

Attendance: which sequences a class has, what may be verified next, where the browser goes back.

Sources: contract.md 2.6, 2.7, 4; decisions.md 2.2. The order of refusals is the published one with ours in between:
type → sequence → window → owner → code void → transaction void → used → order.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from prakerja.partners.policies import with_members
from prakerja.programmes.schemes import Delivery, Scheme, Window
from prakerja.vouchers.states import VOUCHER_STATES

POST_TEST = 999
# What is handed in: `tpm` and `uk` of the contract.
Kind = Literal["practice", "skills_demonstration"]
PRACTICE: Kind = "practice"
DEMONSTRATION: Kind = "skills_demonstration"
DEMONSTRATION_SEQUENCE = 999
# How long a participant has from url-generate to the last click. No source tells; half an hour outlasts a slow SMS.
STATE_LIFE = timedelta(minutes=30)

# What an institution reads in `code` when the browser comes back without success. The partners' door answers the same
# reasons from its own table; a test compares the two.
CALLBACK_CODES: Mapping[str, str] = {
    "code_unknown": "ERRTRX40020",
    "type_mismatch": "ERRTRX40001",
    "outside_window": "ERRTRX40027",
    "not_owner": "ERRTRX40028",
    "code_void": "ERRTRX40022",
    "transaction_void": "ERRTRX40101",
    "code_used": "ERRTRX40021",
    "sequence_invalid": "ERRTRX40090",
    "sequence_out_of_order": "ERRTRX40990",
    "email_used": "ERRTRX40991",
    "attendance_cancelled": "ERRTRX40092",
    "face_not_verified": "ERRTRX40392",
    "state_expired": "ERRTRX41090",
}


def sequences_of(*, delivery: Delivery, session_count: int, has_post_test: bool) -> tuple[int, ...]:
    """The sequences that a class has, in order: 1…n, and 999 where there is a post-test. Self-paced has but one meeting."""
    meetings = session_count if delivery is Delivery.LIVE else 1
    return (*range(1, meetings + 1), *((POST_TEST,) if has_post_test else ()))


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """What is known of a code when one of its sequences is asked for. `verified` are the sequences that are done."""

    institution_id: uuid.UUID
    mode: str
    delivery: Delivery
    session_count: int
    has_post_test: bool
    status: str
    cancel_reason: str
    verified: frozenset[int]

    @property
    def sequences(self) -> tuple[int, ...]:
        """The sequences of this class in order: 1…n, and 999 where there is a post-test. Self-paced has but one."""
        return sequences_of(delivery=self.delivery, session_count=self.session_count, has_post_test=self.has_post_test)


def fits_way(*, mode: str, is_on_site: bool) -> bool:
    """Whether a class of this mode takes attendance at the institution's door, or on our page (contract.md G4).

    One that is partly taught on site does both: whoever stands at the door is there.
    """
    return mode in ("onsite", "blended") if is_on_site else mode in ("online", "blended")


def attendance_refusal(
    *,
    facts: CodeFacts,
    institution_id: uuid.UUID,
    sequence: int,
    window: Window | None,
    is_on_site: bool = False,
    at: datetime,
) -> str | None:
    """Why this sequence cannot be verified now, as the reason of a refusal; None when it can.

    `is_on_site`: by the institution at its door, else by the participant on our page.

    `window` is None for a sequence that the class does not have. 1 precedes all others, 999 is last; the sessions
    between may be verified in any order, so that a missed one does not shut the rest out.
    """
    if not fits_way(mode=facts.mode, is_on_site=is_on_site):
        return "type_mismatch"
    if sequence not in facts.sequences or window is None:
        return "sequence_invalid"
    is_done = sequence in facts.verified
    if facts.status == "expired" or (not is_done and at not in window):
        return "outside_window"
    if facts.institution_id != institution_id:
        return "not_owner"
    if facts.status == "cancelled":
        return "code_void" if facts.cancel_reason == "code_voided" else "transaction_void"
    if is_done:
        return "code_used"
    before = {*facts.sequences} - {POST_TEST} if sequence == POST_TEST else {1} - {sequence}
    return None if before <= facts.verified else "sequence_out_of_order"


def opening_of(
    *, reason: str, window: Window | None, owner: uuid.UUID, institution_id: uuid.UUID, at: datetime
) -> dict[str, datetime]:
    """What a refusal for the hour tells besides: from when it will be right, to the code's own institution, while that is ahead."""
    if reason != "outside_window" or window is None or owner != institution_id:
        return {}
    return {"opens_at": window.opens_at} if at < window.opens_at < window.closes_at else {}


def all_verified(facts: CodeFacts) -> bool:
    """Whether every sequence of the class is done."""
    return facts.verified >= {*facts.sequences}


def return_address(*, redirect_uri: str, state: str, reason: str | None = None) -> str:
    """The institution's address with `state`, and with `success=false` and the code where it failed (contract.md G5).

    What stands in its query stays, and what is added stands before a fragment.
    """
    failed = {} if reason is None else {"success": "false", "code": CALLBACK_CODES[reason]}
    return with_members(redirect_uri, {"state": state} | failed)


def sequence_fits(*, kind: Kind, sequence: int) -> bool:
    """Whether a kind has this sequence: 1 to 998 for practice, 999 for the skills demonstration."""
    return {PRACTICE: 1 <= sequence < DEMONSTRATION_SEQUENCE, DEMONSTRATION: sequence == DEMONSTRATION_SEQUENCE}[kind]


def voucher_refusal(*, owner: uuid.UUID, status: str, cancel_reason: str, institution_id: uuid.UUID) -> str | None:
    """Why this institution may not speak of a code, in the published order: window, owner, code void, transaction void."""
    if status == "expired":
        return "outside_window"
    if owner != institution_id:
        return "not_owner"
    if status == "cancelled":
        return "code_void" if cancel_reason == "code_voided" else "transaction_void"
    return None


def after_cancellation(*, status: str, is_completed: bool, rules: Scheme) -> str | None:
    """What follows for a code whose class was called off: `refund`, `case` (an operator decides), or None (rules.md 12.30).

    Whoever completed the class had it. A code that was entered is owed to the institution already, so somebody looks first;
    so it is in a scheme that does not refund by itself.
    """
    if is_completed or status == "cancelled":
        return None
    return "refund" if status in VOUCHER_STATES.group("UNREDEEMED") and rules.refund_on_cancellation else "case"
