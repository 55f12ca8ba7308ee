"""Where money may go, when a rail is asked, and what its word means against what we know. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from prakerja.disbursements.rails.base import Terms, TransferStatus
from prakerja.disbursements.states import INSTRUCTION_STATES
from prakerja.kernel.clock import WIB
from prakerja.kernel.typed import normal_digits, normal_phone

# What a rail's word makes of a payment. `held` at the rail means that this reference will never be paid.
END_OF: dict[str, str] = {"settled": "settled", "failed": "failed", "held": "failed", "returned": "returned"}

Verdict = Literal["agrees", "tells_nothing", "take", "send_again", "contradicts"]


def account_number(*, kind: str, typed: str) -> str | None:
    """The number as it is stored: digits of a bank account, `+62…` of an e-wallet; None when it cannot be one."""
    if kind == "e_wallet":
        return normal_phone(typed)
    digits = normal_digits(typed)
    return digits if digits.isascii() and digits.isdigit() and 8 <= len(digits) <= 16 else None


def reference_for(*, provider: str, code: str) -> str:
    """A transfer's name. It begins with the bank or e-wallet it goes to, for whoever reads a statement; nothing parses it."""
    return f"{provider.upper()}-{code}"


def next_question(*, terms: Terms, status: str, since: datetime, asked: int, at: datetime) -> datetime | None:
    """When to ask the rail after `asked` questions in this state, which holds `since`; None = it cannot change any more.

    A payment without an answer is asked about for ever, a settled or failed one daily while it could still change.
    """
    if status == "sent":
        return at + terms.ask_after[asked] if asked < len(terms.ask_after) else _daily(terms=terms, after=at)
    window = {"settled": terms.returns_within, "failed": terms.late_results_within}.get(status)
    following = _daily(terms=terms, after=at)
    return following if window is not None and following <= since + window else None


def is_not_found_final(*, terms: Terms, sent_at: datetime, at: datetime) -> bool:
    """Whether "not found", said at `at`, means that an order of `sent_at` never arrived and never will."""
    return terms.not_found_is_final_after is not None and at >= sent_at + terms.not_found_is_final_after


def judge_report(
    *,
    known: str,
    was_ended: bool,
    amount: int,
    said: TransferStatus,
    said_amount: int | None,
    terms: Terms,
    sent_at: datetime,
    at: datetime,
) -> Verdict:
    """What a rail's word means for a payment whose state is `known`.

    Each step is taken from a rail's word at most once: what an operator reopened (`was_ended`) changes only by a case.
    A return is believed only with the amount that left. A late word is never taken: failed and then settled contradicts.
    """
    if said_amount is not None and said_amount != amount:
        return "contradicts"
    if said == "conflict":
        return "contradicts"
    if said == "not_found":
        return _judge_not_found(known=known, terms=terms, sent_at=sent_at, at=at)
    if said == "unknown" or (said == "processing" and known == "sent"):
        return "tells_nothing"
    end = END_OF.get(said)
    if end is not None and (end == known or (end == "settled" and known == "overpaid")):
        return "agrees"
    if end is not None and known == "sent":
        return "take"
    if known == "settled" and end == "returned" and not was_ended and said_amount is not None:
        return "take"
    return "contradicts"


def agrees_with_callback(*, told: str, found: TransferStatus) -> bool:
    """Whether a callback fits what the rail itself says when asked: what settled may have come back since."""
    return END_OF.get(found) == told or (told == "settled" and found == "returned")


def _judge_not_found(*, known: str, terms: Terms, sent_at: datetime, at: datetime) -> Verdict:
    if known == "returned" or known in INSTRUCTION_STATES.group("ARRIVED"):
        return "contradicts"
    if is_not_found_final(terms=terms, sent_at=sent_at, at=at):
        return "send_again" if known == "sent" else "agrees"
    return "contradicts" if terms.not_found_is_final_after is None else "tells_nothing"


def _daily(*, terms: Terms, after: datetime) -> datetime:
    """The next instant of the day's round of questions."""
    day = after.astimezone(WIB).date()
    today = datetime.combine(day, terms.daily_at, tzinfo=WIB)
    return today if today > after else today + timedelta(days=1)
