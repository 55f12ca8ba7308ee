"""For how long a message is tried, by what it is: a dated rule, and what becomes of it afterwards (rules.md 12.27).

A gateway that is away for an afternoon, or for a week, costs nobody a result or a revocation: what was tried for its days in
vain is set aside, sealed, until an operator sends it again or lets it go. Only what is worth nothing later ends by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from prakerja.kernel.clock import WIB
from prakerja.notifications.templates import POINTLESS_AFTER_DEADLINE, URGENT


class Kind(StrEnum):
    """What a message is, by what it is worth later."""

    # Somebody sits before a screen: worth nothing when it has expired.
    CODE = "code"
    # Asks for something by a deadline: worth nothing after it.
    REMINDER = "reminder"
    # A right begins, changes or ends.
    DECISION = "decision"
    NOTICE = "notice"


DECISIONS = frozenset(
    (
        "annulled_nothing_due",
        "award_annulled",
        "award_reinstated",
        "award_suspended",
        "balance_lapsed_window",
        "balance_lapsed_year",
        "class_cancelled_award_over",
        "class_cancelled_balance_over",
        "class_cancelled_buy_again",
        "class_cancelled_in_use",
        "class_cancelled_kept",
        "class_cancelled_to_balance",
        "class_cancelled_to_balance_until",
        "code_ended",
        "code_ended_buy_again",
        "code_ended_buy_again_until",
        "code_ended_buy_first_until",
        "code_ended_to_treasury",
        "completion_withdrawn",
        "cutoff_notice",
        "deadline_moved",
        "erasure_asked",
        "erasure_done",
        "erasure_partly",
        "erasure_refused",
        "incentive_kept",
        "incentive_kept_link_until",
        "incentive_unreachable",
        "lapsed_no_account",
        "lapsed_no_training",
        "lapsed_not_reviewed",
        "purchase_ok",
        "purchase_voided",
        "registration_done",
        "reinstated",
        "reinstated_buy_until",
        "reinstated_spend",
        "reinstated_spend_until",
        "result_fail",
        "result_pass",
        "result_pass_without_videos",
        "revocation_held",
        "revoked",
        "revoked_after_suspension",
        "survey_lapsed",
        "survey_never_open",
        "voided_award_over",
        "voided_balance_over",
        "voided_buy_again",
        "voided_to_balance",
        "voided_to_balance_until",
        "voucher_expired",
        "withdrawn",
    )
)


@dataclass(frozen=True)
class Tries:
    """The wait after the first failure, doubled up to the longest, for as long as `keep_trying` from the first try on.

    None: until the message says itself that it is too late.
    """

    first_wait: timedelta
    longest_wait: timedelta
    keep_trying: timedelta | None = None


@dataclass(frozen=True)
class RetryTerms:
    """How messages are tried from a day (WIB) on."""

    since: date
    by_kind: Mapping[Kind, Tries]


# A change is a new line.
TERMS = (
    RetryTerms(
        since=date(2020, 4, 11),
        by_kind=MappingProxyType(
            {
                Kind.CODE: Tries(timedelta(seconds=2), timedelta(seconds=10)),
                Kind.REMINDER: Tries(timedelta(seconds=15), timedelta(minutes=10)),
                Kind.DECISION: Tries(timedelta(seconds=15), timedelta(hours=1), timedelta(days=14)),
                Kind.NOTICE: Tries(timedelta(seconds=15), timedelta(hours=1), timedelta(days=7)),
            }
        ),
    ),
)
# Doubled more often than this, a wait is the longest in any case; a message that was sent again may have hundreds of tries.
_MOST_DOUBLINGS = 16


def kind_of(template: str) -> Kind:
    """What a message of this template is."""
    if template in URGENT:
        return Kind.CODE
    if template in POINTLESS_AFTER_DEADLINE:
        return Kind.REMINDER
    return Kind.DECISION if template in DECISIONS else Kind.NOTICE


def tries_of(*, template: str, at: datetime) -> Tries:
    """The rule for messages of this template at an instant."""
    held = [terms for terms in TERMS if terms.since <= at.astimezone(WIB).date()]
    return max(held or TERMS[:1], key=lambda terms: terms.since).by_kind[kind_of(template)]


def next_try(
    *, tries: Tries, attempts: int, began_at: datetime, ends_at: datetime | None, at: datetime
) -> datetime | None:
    """When a message that failed at `at` for the `attempts`-th time is tried again; None: no more.

    `began_at` is its first try (of those since an operator sent it again), `ends_at` the instant from which it is worth
    nothing, for those that say so.
    """
    doublings = min(attempts - 1, _MOST_DOUBLINGS)
    following = at + min(tries.first_wait * (1 << doublings), tries.longest_wait)
    last = ends_at if tries.keep_trying is None else began_at + tries.keep_trying
    if last is None:
        return following
    # The last try comes at the very end, not up to an hour before it; where the end is an end, before it.
    return None if at >= last or (tries.keep_trying is None and following >= last) else min(following, last)
