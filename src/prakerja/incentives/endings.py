"""What ends with an award after its first purchase: swept at a cut-off, lapsed, finished, or annulled (rules.md 2.3)."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import Sum

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.awards import operations as awards
from prakerja.awards.facts import AwardFacts
from prakerja.awards.operations import lock_award, lock_wallet_and_award
from prakerja.awards.policies import require_reason
from prakerja.disbursements.operations import cancel_draft
from prakerja.disbursements.queries import had_valid_account
from prakerja.incentives.cancelling import cancel_due, end_incentive
from prakerja.incentives.conditions import conditions_of
from prakerja.incentives.models import PAYER, Incentive, RepaymentClaim
from prakerja.incentives.states import INCENTIVE_STATES
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import empty_balance
from prakerja.ledger.queries import balance
from prakerja.notifications.operations import queue_message
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import (
    CutoffKind,
    IneligibleOutcome,
    Scheme,
    claim_due_on,
    cutoff_at,
    ineligible_outcome,
    wib_day,
)
from prakerja.purchases.queries import has_unused_code, spent
from prakerja.surveys.operations import close_unanswered
from prakerja.surveys.queries import has_unanswered
from prakerja.training.queries import has_open_case
from prakerja.wallets.queries import wallet

_TREASURY = int(Chart.TREASURY)


def lapse_unreviewed(*, person_id: uuid.UUID, award_id: uuid.UUID, at: datetime) -> bool:
    """The review cut-off has passed and the first training is not completed and reviewed: the award lapses (rules.md 12.22).

    Not while an operator has still to decide about its class, which was called off (rules.md 12.30, 12.33).
    """
    with transaction():
        award = lock_wallet_and_award(person_id=person_id, award_id=award_id)
        rules = scheme(scheme_version_id=award.scheme_version_id)
        cutoff = review_cutoff(rules)
        now = conditions_of(person_id=person_id, award_id=award_id)
        if award.status != "active" or cutoff is None or at < cutoff or now.is_reviewed:
            return False
        if has_open_case(person_id=person_id):
            return False
        awards.lapse_award(person_id=person_id, award_id=award_id, reason="not_reviewed", deadline=cutoff, at=at)
    return True


def lapse_unlinked(*, person_id: uuid.UUID, award_id: uuid.UUID, at: datetime) -> int:
    """The link cut-off has passed and no valid account was there then: what was promised and not paid lapses (rules.md 5.3).

    Whoever had one loses nothing when it breaks or is changed afterwards (rules.md 12.32). A payment under way keeps its
    course; if it comes back, it lapses then. Returns the rupiah that went to the treasury.
    """
    with transaction():
        award = lock_award(person_id=person_id, award_id=award_id)
        rules = scheme(scheme_version_id=award.scheme_version_id)
        cutoff = cutoff_at(scheme=rules, kind=CutoffKind.LINK)
        if not award.is_payable or cutoff is None or at < cutoff:
            return 0
        if had_valid_account(person_id=person_id, at=cutoff):
            return 0
        lapsed = _end_incentives(award=award, verb="lapse", credit=_TREASURY, at=at)
        lapsed += empty_balance(
            person_id=person_id,
            balance_id=award.reserve_id,
            event_id=award_id,
            kind="lapse_reserve",
            credit=_TREASURY,
            at=at,
        )
        if lapsed:
            _notice(award=award, template="lapsed_no_account", amount=lapsed, deadline=cutoff, at=at)
            record(
                action="incentive.lapsed",
                at=at,
                person_id=person_id,
                subject_kind="award",
                subject_id=award.id,
                data={"reason": "no_account", "amount": lapsed},
            )
    return lapsed


def finish_when_settled(*, person_id: uuid.UUID, award_id: uuid.UUID, at: datetime) -> bool:
    """Everything is paid or lapsed and the wallet is empty: the award is finished, its NIK closed for life (rules.md P10)."""
    with transaction():
        award = lock_wallet_and_award(person_id=person_id, award_id=award_id)
        if award.status != "active" or not _is_over(award):
            return False
        awards.finish_award(person_id=person_id, award_id=award_id, at=at)
    return True


@permitted("award.annul")
def annul_ineligible(
    *, person_id: uuid.UUID, award_id: uuid.UUID, reason: str, actor: Actor, at: datetime
) -> IneligibleOutcome:
    """A recipient is found ineligible: what is left returns to the programme, what was received is claimed (rules.md 14.8).

    `reason` says on which list the person was found. The claim (bought training and paid incentives, rupiah) is due 60
    days later (rules.md 8.2). Raises Refused: reason_missing, award_ended, not_permitted (verb).
    """
    require_reason(reason)
    with transaction():
        award = lock_wallet_and_award(person_id=person_id, award_id=award_id)
        if not award.is_live:
            raise Refused("award_ended")
        rules = scheme(scheme_version_id=award.scheme_version_id)
        outcome = _ineligible(award=award, rules=rules)
        due_date = claim_due_on(scheme=rules, decided_on=wib_day(at))
        _end_incentives(award=award, verb="cancel", credit=int(Chart.PROGRAMME_FUNDS), at=at)
        RepaymentClaim.objects.create(
            person_id=person_id,
            award_id=award_id,
            amount=outcome.claim,
            reason=reason,
            decided_at=at,
            due_date=due_date,
        )
        awards.annul_award(
            person_id=person_id,
            award_id=award_id,
            reason=reason,
            claim=outcome.claim,
            due_date=due_date,
            returned=outcome.balance_returned,
            actor=actor,
            at=at,
        )
    return outcome


@permitted("award.revoke")
def revoke_suspended(*, person_id: uuid.UUID, award_id: uuid.UUID, reason: str, actor: Actor, at: datetime) -> int:
    """The suspicion for which an award was suspended is true: it ends, and what it still promised with it (rules.md 8.3).

    Returns the rupiah that went from wallet, reserve and unpaid incentives back to the programme. A payment under way
    keeps its course. Raises Refused: reason_missing, not_suspended, not_permitted (verb).
    """
    require_reason(reason)
    with transaction():
        award = lock_wallet_and_award(person_id=person_id, award_id=award_id)
        if award.status != "suspended":
            raise Refused("not_suspended")
        unpaid = _end_incentives(award=award, verb="cancel", credit=int(Chart.PROGRAMME_FUNDS), at=at)
        return unpaid + awards.revoke_award(person_id=person_id, award_id=award_id, reason=reason, actor=actor, at=at)


def review_cutoff(rules: Scheme) -> datetime | None:
    """Until when the first training must be completed and reviewed; years without a review date use the completion's."""
    review = cutoff_at(scheme=rules, kind=CutoffKind.REVIEW)
    return cutoff_at(scheme=rules, kind=CutoffKind.COMPLETE) if review is None else review


@requires_transaction
def _is_over(award: AwardFacts) -> bool:
    person_id = award.person_id
    unpaid = Incentive.objects.filter(person_id=person_id, award_id=award.id).exclude(
        status__in=INCENTIVE_STATES.group("ENDED")
    )
    return not (
        wallet(person_id=person_id, wallet_id=award.wallet_id).balance
        or balance(person_id=person_id, balance_id=award.reserve_id)
        or unpaid.exists()
        or has_unanswered(person_id=person_id)
        # A code that may still be voided keeps its wallet open.
        or has_unused_code(person_id=person_id, award_id=award.id)
    )


@requires_transaction
def _end_incentives(*, award: AwardFacts, verb: str, credit: int, at: datetime) -> int:
    """End what is planned, due or held. Returns the rupiah that left incentives_payable; planned ones are in reserve."""
    moved = 0
    waiting = Incentive.objects.select_for_update(no_key=True).filter(
        person_id=award.person_id, award_id=award.id, status__in=INCENTIVE_STATES.group("WAITING")
    )
    for incentive in waiting.order_by("id"):
        if incentive.status == "planned":
            end_incentive(incentive=incentive, verb=verb, at=at)
            continue
        cancel_draft(person_id=incentive.person_id, payer=PAYER, owed_id=incentive.id, reason="award_ended", at=at)
        cancel_due(incentive=incentive, verb=verb, credit=credit, at=at)
        moved += incentive.amount
    # Without a reserve there is nothing to earn by answering.
    close_unanswered(person_id=award.person_id, at=at)
    return moved


@requires_transaction
def _ineligible(*, award: AwardFacts, rules: Scheme) -> IneligibleOutcome:
    paid = dict(
        Incentive.objects.filter(person_id=award.person_id, award_id=award.id, status="paid")
        .values_list("kind")
        .annotate(total=Sum("amount"))
    )
    return ineligible_outcome(
        scheme=rules,
        bought=spent(person_id=award.person_id, award_id=award.id),
        incentives_paid=paid.get("post_training", 0),
        surveys_paid=paid.get("survey", 0),
    )


@requires_transaction
def _notice(*, award: AwardFacts, template: str, amount: int, deadline: datetime, at: datetime) -> None:
    """CUTOFF_NOTICE by SMS and dashboard: what a date took, in rupiah, and which (exclusive)."""
    queue_message(
        person_id=award.person_id,
        template=template,
        channels=("sms", "dashboard"),
        parameters={"amount": amount, "deadline": deadline.isoformat()},
        dedupe_key=f"cutoff:{template}:{award.id}",
        at=at,
    )
