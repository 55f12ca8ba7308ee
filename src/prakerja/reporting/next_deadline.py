"""The date that ends something for a participant next: what it is, until when, and how many days are left. Pure decisions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from prakerja.incentives.due import review_cutoff
from prakerja.incentives.states import INCENTIVE_STATES
from prakerja.programmes.schemes import CutoffKind, cutoff_at, shown_deadline_day, wib_day
from prakerja.reporting.dashboard import Award, Dashboard, Purchase
from prakerja.reporting.next_action import may_earn

# From so many days on a date is near: a page shows it in amber, and on its last day in red.
NEAR_DAYS = 7


@dataclass(frozen=True, slots=True)
class NextDeadline:
    """`kind` names the sentence; `at` is exclusive; `days_left` counts days in WIB, 0 on the last one."""

    kind: str
    at: datetime
    days_left: int
    purchase: Purchase | None = None
    number: int | None = None

    @property
    def tone(self) -> str:
        """calm, near (amber) or last (red)."""
        if self.days_left <= 0:
            return "last"
        return "near" if self.days_left <= NEAR_DAYS else "calm"


def next_deadline(*, dashboard: Dashboard, at: datetime) -> NextDeadline | None:
    """The nearest date ahead of `at` that ends something for this person; None when nothing ends."""
    return min(deadlines_ahead(dashboard=dashboard, at=at), key=lambda one: one.at, default=None)


def deadlines_ahead(*, dashboard: Dashboard, at: datetime) -> list[NextDeadline]:
    """Every date ahead of `at` that ends something for this person."""
    award = dashboard.award
    if award is None or award.status != "active":
        return []
    return [one for one in _dates(dashboard, award, at) if one.at > at]


def _dates(dashboard: Dashboard, award: Award, at: datetime) -> Iterator[NextDeadline]:
    def on(kind: str, until: datetime, purchase: Purchase | None = None, number: int | None = None) -> NextDeadline:
        left = (shown_deadline_day(deadline_at=until) - wib_day(at)).days
        return NextDeadline(kind, until, left, purchase=purchase, number=number)

    if award.first_purchase_at is None:
        yield on("buy", award.purchase_deadline_at)
        return
    for purchase in dashboard.purchases:
        if purchase.status == "succeeded" and purchase.voucher_status == "issued":
            yield on("redeem", purchase.redeemable_until, purchase=purchase)
    for survey in dashboard.surveys:
        if survey.is_open(at):
            yield on("survey", survey.closes_at, number=survey.number)
    if award.closed_at is None and award.spendable_until is not None and award.balance:
        yield on("spend", award.spendable_until)
    first = dashboard.first_purchase
    reviewed_by = review_cutoff(award.rules)
    reviewed = first is not None and first.completion is not None and first.completion.rating is not None
    reviewed = reviewed or award.training_waived_at is not None
    if reviewed_by is not None and first is not None and not reviewed and may_earn(dashboard=dashboard):
        yield on("review", reviewed_by, purchase=first)
    linked_by = cutoff_at(scheme=award.rules, kind=CutoffKind.LINK)
    owed = any(one.status in INCENTIVE_STATES.group("WAITING") for one in dashboard.incentives)
    is_linked = dashboard.account is not None and dashboard.account.is_valid
    if linked_by is not None and not is_linked and (owed or may_earn(dashboard=dashboard)):
        yield on("link", linked_by)
