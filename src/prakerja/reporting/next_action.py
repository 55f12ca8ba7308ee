"""Where a participant stands and the one thing to do next: pure decisions over the dashboard's data.

The stages are those of decisions.md 74 (they are derived, never stored); the order of the next actions is ours: first what a
deadline hangs on, then what money hangs on, then waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from prakerja.incentives.due import review_cutoff
from prakerja.incentives.states import INCENTIVE_STATES
from prakerja.programmes.schemes import CutoffKind, PurchaseCloses, cutoff_at
from prakerja.reporting.dashboard import Award, Dashboard, Incentive, Loss, Purchase, Survey


@dataclass(frozen=True, slots=True)
class NextAction:
    """`kind` names the sentence; the rest is what the sentence needs. `why` chooses between sentences of one kind."""

    kind: str
    why: str = ""
    number: int | None = None
    purchase: Purchase | None = None
    loss: Loss | None = None
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
    if any(incentive.kind == "post_training" for incentive in dashboard.incentives):
        return "paying"
    first = dashboard.first_purchase
    if first is None:
        # Where another training takes the place of a code that ended (2023), it ended all the same.
        return "code_ended" if any(one.status == "succeeded" for one in dashboard.purchases) else "ready"
    if first.completion is not None:
        return "reviewed" if first.completion.rating else "completed"
    if first.voucher_status == "expired":
        return "code_ended"
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
    if award.first_purchase_at is None and at >= award.purchase_deadline_at:
        return NextAction(kind="deadline_passed", why=_after_deadline(award), at=award.purchase_deadline_at)
    if stage == "awarded":
        finished = sum(1 for video in dashboard.videos if video.finished_at is not None)
        return NextAction(kind="watch_video", number=finished + 1)
    if stage == "ready" and award.first_purchase_at is None:
        return NextAction(kind="buy", at=award.purchase_deadline_at)
    if stage == "ready" and award.training_waived_at is None and reason_not_to_buy(dashboard=dashboard, at=at) is None:
        # The only purchase was voided so late in the year that it goes on counting against revocation (rules.md 12.5).
        return NextAction(kind="buy_again", at=award.spendable_until)
    return (
        _about_class(dashboard, at)
        or _about_review(dashboard, award, at)
        or _about_account(dashboard, award, at)
        or _about_trouble(dashboard)
        or _about_survey(dashboard, at)
        or _about_money(dashboard, award)
        or _about_ended_code(dashboard, at)
        or NextAction(kind="nothing", why=reason_not_to_buy(dashboard=dashboard, at=at) or "")
    )


def reason_not_to_buy(*, dashboard: Dashboard, at: datetime) -> str | None:
    """Why nothing can be bought at `at`, or None: the refusals of `check_purchase` that a class plays no part in, in its order.

    The facts are the rows that the rule reads: what blocks is `is_open`, not what a page makes of completion and review.
    """
    award = dashboard.award
    if award is None:
        return "card_unknown"
    if award.status != "active":
        return "award_suspended" if award.status == "suspended" else "award_ended"
    if award.rules.videos.count and award.videos_done_at is None:
        return "videos_unfinished"
    if award.first_purchase_at is None and at >= award.purchase_deadline_at:
        return "deadline_passed"
    if award.closed_at is not None or (award.spendable_until is not None and at >= award.spendable_until):
        return "balance_expired"
    if any(purchase.is_open for purchase in dashboard.purchases):
        return "previous_unfinished"
    # Every class costs something.
    return "balance_too_low" if award.balance == 0 else None


def review_of(*, purchase: Purchase, award: Award, at: datetime) -> str:
    """How the review of a purchase stands: none (nothing completed), early, open, closed, or given."""
    completion = purchase.completion
    if completion is None:
        return "none"
    if completion.rating is not None:
        return "given"
    # As `rate_training` refuses: before the first certificate shows, and from the year's review cut-off on.
    visible = min((item.visible_from for item in completion.certificates), default=None)
    if visible is None or at < visible:
        return "early"
    closes_at = cutoff_at(scheme=award.rules, kind=CutoffKind.REVIEW)
    return "closed" if closes_at is not None and at >= closes_at else "open"


def unreviewed(*, dashboard: Dashboard) -> Purchase | None:
    """The completed training that blocks the next purchase until it is reviewed (2023), if that is what blocks."""
    return next((one for one in dashboard.purchases if one.is_open and one.completion is not None), None)


def survey_before(*, dashboard: Dashboard, survey: Survey, at: datetime) -> Survey | None:
    """The earlier survey that has to be answered first, where the scheme says so: as `record_answers` refuses (rules.md 7)."""
    award = dashboard.award
    if award is None or not award.rules.survey.sequential:
        return None
    earlier = (one for one in dashboard.surveys if one.number < survey.number)
    return next(
        (one for one in earlier if one.submitted_at is None and one.closed_at is None and at < one.closes_at), None
    )


def may_link(*, dashboard: Dashboard, award: Award, at: datetime) -> bool:
    """Whether an account can be linked: from the year's link cut-off on only by who had one then (rules.md 5.3, 12.32)."""
    closes_at = cutoff_at(scheme=award.rules, kind=CutoffKind.LINK)
    if closes_at is None or at < closes_at:
        return True
    return any(
        one.linked_at < closes_at and (one.unlinked_at is None or one.unlinked_at >= closes_at)
        for one in dashboard.valid_accounts
    )


def may_earn(*, dashboard: Dashboard) -> bool:
    """Whether the incentive can still be had: something is promised, and the first training was not lost with its code."""
    award, first = dashboard.award, dashboard.first_purchase
    if award is None or award.status != "active" or not award.reserve:
        return False
    if award.training_waived_at is not None:
        return True
    return first is None or first.completion is not None or first.voucher_status != "expired"


def _after_deadline(award: Award) -> str:
    if award.revocation_held_at is None:
        return "waiting"
    return "held" if award.revocation_released_at is None else "released"


def _about_class(dashboard: Dashboard, at: datetime) -> NextAction | None:
    for purchase in dashboard.purchases:
        if purchase.status == "succeeded" and purchase.completion is None:
            if purchase.voucher_status == "issued" and at < purchase.redeemable_until:
                kind = "redeem" if at >= purchase.redeemable_from else "redeem_later"
                return NextAction(kind=kind, purchase=purchase)
            if purchase.voucher_status == "redeemed":
                return NextAction(kind="learn", purchase=purchase)
    return None


def _about_review(dashboard: Dashboard, award: Award, at: datetime) -> NextAction | None:
    """The first training's review leads to the incentive; an open training's, where the scheme says so, to the next purchase."""
    first = dashboard.first_purchase
    blocks = award.rules.purchase_closes_on is PurchaseCloses.REVIEW
    for purchase in dashboard.purchases:
        for_incentive = purchase is first and bool(award.reserve)
        for_next = blocks and purchase.is_open
        state = review_of(purchase=purchase, award=award, at=at)
        if not (for_incentive or for_next) or state not in ("early", "open"):
            continue
        why = "both" if for_incentive and for_next else "incentive" if for_incentive else "next"
        if state == "open":
            return NextAction(kind="rate", why=why, purchase=purchase, at=review_cutoff(award.rules))
        visible = min((item.visible_from for item in purchase.completion.certificates), default=at)  # type: ignore[union-attr]
        return NextAction(kind="wait_certificate", purchase=purchase, at=visible)
    return None


def _about_account(dashboard: Dashboard, award: Award, at: datetime) -> NextAction | None:
    unpaid = bool(award.reserve) or any(i.status in INCENTIVE_STATES.group("WAITING") for i in dashboard.incentives)
    first = dashboard.first_purchase
    is_trained = award.training_waived_at is not None or (first is not None and first.completion is not None)
    if not is_trained or not unpaid or not may_link(dashboard=dashboard, award=award, at=at):
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
    waiting = [
        survey
        for survey in dashboard.surveys
        if survey.is_open(at) and survey_before(dashboard=dashboard, survey=survey, at=at) is None
    ]
    return NextAction(kind="answer_survey", survey=waiting[0]) if waiting else None


def _about_money(dashboard: Dashboard, award: Award) -> NextAction | None:
    waiting = [i for i in dashboard.incentives if i.status not in INCENTIVE_STATES.group("ENDED")]
    if waiting:
        first = min(waiting, key=lambda incentive: incentive.pay_date)
        kind = "wait_check" if first.status == "held" else "wait_payment"
        return NextAction(kind=kind, incentive=first, on=first.pay_date)
    bought = dashboard.first_purchase
    is_reviewed = bought is not None and bought.completion is not None and bought.completion.rating is not None
    if not dashboard.incentives and award.reserve and (is_reviewed or award.training_waived_at is not None):
        return NextAction(kind="wait_schedule")
    return None


def _about_ended_code(dashboard: Dashboard, at: datetime) -> NextAction | None:
    """The newest training was lost with its code: what became of the price, and what can be done now."""
    newest = next((purchase for purchase in dashboard.purchases if purchase.status == "succeeded"), None)
    if newest is None or newest.completion is not None or newest.voucher_status != "expired":
        return None
    replaces_first = dashboard.first_purchase is None and may_earn(dashboard=dashboard)
    why = reason_not_to_buy(dashboard=dashboard, at=at) or ("may_buy_first" if replaces_first else "may_buy")
    return NextAction(kind="code_ended", why=why, purchase=newest, loss=dashboard.loss_of(newest))
