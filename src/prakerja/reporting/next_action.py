"""Where a participant stands and the one thing to do next: pure decisions over the dashboard's data.

The stages are those of decisions.md 74 (they are derived, never stored); the order of the next actions is ours: first what a
deadline hangs on, then what money hangs on, then waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from prakerja.incentives.states import INCENTIVE_STATES
from prakerja.reporting.dashboard import Dashboard, Incentive, Purchase, Survey
from prakerja.vouchers.states import VOUCHER_STATES


@dataclass(frozen=True, slots=True)
class NextAction:
    """`kind` names the sentence; the rest is what the sentence needs."""

    kind: str
    number: int | None = None
    purchase: Purchase | None = None
    survey: Survey | None = None
    incentive: Incentive | None = None
    at: datetime | None = None
    on: date | None = None


def derived_stage(*, dashboard: Dashboard) -> str:
    """The stage: applied, an ended award's status, or awarded … paying (decisions.md 74)."""
    award = dashboard.award
    if award is None:
        return dashboard.application.status if dashboard.application else "none"
    if award.status != "active":
        return award.status
    if award.videos_done_at is None and award.rules.videos.count:
        return "awarded"
    first = dashboard.first_purchase
    if first is None:
        return "ready"
    if any(incentive.kind == "post_training" for incentive in dashboard.incentives):
        return "paying"
    if first.completion is not None:
        return "reviewed" if first.completion.rating else "completed"
    return "redeemed" if first.voucher_status == "redeemed" else "purchased"


def next_action(*, dashboard: Dashboard, at: datetime) -> NextAction:
    """The one thing that a participant should do, or is waiting for, at the instant `at` (UTC)."""
    award = dashboard.award
    stage = derived_stage(dashboard=dashboard)
    if award is not None and award.status == "finished":
        # Money that came back after the last payment is still owed.
        return _about_trouble(dashboard) or NextAction(kind=stage)
    if award is None or award.status != "active":
        return NextAction(kind=stage)
    if stage == "awarded":
        finished = sum(1 for video in dashboard.videos if video.finished_at is not None)
        return NextAction(kind="watch_video", number=finished + 1)
    if stage == "ready":
        return NextAction(kind="buy", at=award.purchase_deadline_at)
    return (
        _about_class(dashboard, at)
        or _about_account(dashboard)
        or _about_trouble(dashboard)
        or _about_survey(dashboard, at)
        or _about_money(dashboard)
        or NextAction(kind="nothing")
    )


def is_running(purchase: Purchase) -> bool:
    """Whether this training still blocks the next one: one after another (rules.md 5.2)."""
    return (
        purchase.status == "succeeded"
        and purchase.completion is None
        and purchase.voucher_status in VOUCHER_STATES.group("LIVE")
    )


def _about_class(dashboard: Dashboard, at: datetime) -> NextAction | None:
    for purchase in dashboard.purchases:
        if purchase.status == "succeeded" and purchase.completion is None:
            if purchase.voucher_status == "issued" and at < purchase.redeemable_until:
                kind = "redeem" if at >= purchase.redeemable_from else "redeem_later"
                return NextAction(kind=kind, purchase=purchase)
            if purchase.voucher_status == "redeemed":
                return NextAction(kind="learn", purchase=purchase)
    first = dashboard.first_purchase
    if first is None or first.completion is None or first.completion.rating is not None:
        return None
    visible = min((item.visible_from for item in first.completion.certificates), default=at)
    if visible > at:
        return NextAction(kind="wait_certificate", purchase=first, at=visible)
    return NextAction(kind="rate", purchase=first)


def _about_account(dashboard: Dashboard) -> NextAction | None:
    unpaid = not dashboard.incentives or any(
        i.status in INCENTIVE_STATES.group("WAITING") for i in dashboard.incentives
    )
    first = dashboard.first_purchase
    if first is None or first.completion is None or not unpaid:
        return None
    if dashboard.account is None:
        return NextAction(kind="link_account")
    if not dashboard.account.nik_matches:
        return NextAction(kind="account_of_other")
    if not dashboard.account.is_kyc_complete:
        return NextAction(kind="account_not_upgraded")
    return None


def _about_trouble(dashboard: Dashboard) -> NextAction | None:
    """A payment that the bank refused or sent back: whoever waits for it should look at the account, not leave it alone."""
    failed = [i for i in dashboard.incentives if i.status == "due" and i.last_problem]
    if not failed:
        return None
    first = min(failed, key=lambda incentive: incentive.pay_date)
    return NextAction(kind="payment_failed", incentive=first, on=first.pay_date)


def _about_survey(dashboard: Dashboard, at: datetime) -> NextAction | None:
    waiting = [survey for survey in dashboard.surveys if survey.is_open(at)]
    return NextAction(kind="answer_survey", survey=waiting[0]) if waiting else None


def _about_money(dashboard: Dashboard) -> NextAction | None:
    waiting = [i for i in dashboard.incentives if i.status not in INCENTIVE_STATES.group("ENDED")]
    if waiting:
        first = min(waiting, key=lambda incentive: incentive.pay_date)
        kind = "wait_check" if first.status == "held" else "wait_payment"
        return NextAction(kind=kind, incentive=first, on=first.pay_date)
    if not dashboard.incentives and dashboard.first_purchase and dashboard.first_purchase.completion:
        return NextAction(kind="wait_schedule")
    return None
