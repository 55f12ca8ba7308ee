"""Where money may go and how long an answer is waited for. Pure."""

from __future__ import annotations

from datetime import datetime

from prakerja.disbursements.rails.base import Terms
from prakerja.people.policies import normal_phone


def account_number(*, kind: str, typed: str) -> str | None:
    """The number as it is stored: digits of a bank account, `+62…` of an e-wallet; None when it cannot be one."""
    if kind == "e_wallet":
        return normal_phone(typed)
    digits = typed.replace(" ", "").replace("-", "")
    return digits if digits.isascii() and digits.isdigit() and 8 <= len(digits) <= 16 else None


def ask_again_at(*, terms: Terms, asked: int, at: datetime) -> datetime | None:
    """When to ask a rail about a transfer after `asked` questions without an answer; None = no more by itself."""
    return at + terms.ask_after[asked] if asked < len(terms.ask_after) else None


def reference_for(*, provider: str, code: str) -> str:
    """A transfer's name. It begins with the bank or e-wallet it goes to, for whoever reads a statement; nothing parses it."""
    return f"{provider.upper()}-{code}"


def is_final(*, terms: Terms, sent_at: datetime, at: datetime) -> bool:
    """Whether "not found", said at `at`, means that an order of `sent_at` never arrived and never will."""
    return terms.not_found_is_final_after is not None and at >= sent_at + terms.not_found_is_final_after
