"""What may be handed in about a code, as pure decisions (partner-api.md 2.7, 2.11, 4)."""

from __future__ import annotations

import uuid
from typing import Literal

from prakerja.training.submission_models import DEMONSTRATION, DEMONSTRATION_SEQUENCE, PRACTICE

Kind = Literal["practice", "skills_demonstration"]


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
