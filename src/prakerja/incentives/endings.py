"""What ends with an award after its first purchase: swept at a cut-off, lapsed, finished, or annulled (rules.md 2.3)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Sum

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record_each
from prakerja.awards import operations as awards
from prakerja.awards.facts import AwardFacts
from prakerja.awards.operations import lock_awards, lock_wallet_and_award, lock_wallets_and_awards, note_reviews
from prakerja.awards.policies import require_reason
from prakerja.disbursements.operations import cancel_draft
from prakerja.disbursements.queries import people_with_valid_account
from prakerja.incentives.cancelling import cancel_due
from prakerja.incentives.conditions import conditions_of_many
from prakerja.incentives.due import FINISH, review_cutoff
from prakerja.incentives.models import PAYER, Incentive, RepaymentClaim
from prakerja.incentives.states import INCENTIVE_STATES
from prakerja.kernel.db import requires_transaction, rows, transaction
from prakerja.kernel.due import Item
from prakerja.kernel.errors import Refused
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import Emptied, empty_balances, lock_balances
from prakerja.notifications.operations import Notice, queue_many
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
from prakerja.purchases.queries import spent
from prakerja.surveys.operations import close_unanswered
from prakerja.training.queries import people_with_open_case

_TREASURY = int(Chart.TREASURY)
_STILL_OVER = f"""
SELECT waiting.id FROM ({FINISH}) waiting
  JOIN unnest(%s::uuid[], %s::uuid[]) AS given (person_id, id) ON waiting.person_id = given.person_id AND waiting.id = given.id
 WHERE waiting.due_at <= %s"""


def lapse_unreviewed(*, person_id: uuid.UUID, award_id: uuid.UUID, at: datetime) -> bool:
    """`lapse_unreviewed_many` for one."""
    return bool(lapse_unreviewed_many(items=[(person_id, award_id)], at=at))


def lapse_unreviewed_many(*, items: Sequence[Item], at: datetime) -> int:
    """The review cut-off has passed and the first training is not completed and reviewed: the awards lapse (rules.md 12.22).

    Of many, as (person, award), in one transaction; what somebody else holds is left for the next run. Not while an operator has
    still to decide about somebody's class, which was called off (rules.md 12.30, 12.33). Returns how many lapsed.
    """
    with transaction():
        locked = [award for award in lock_wallets_and_awards(awards=items) if award.status == "active"]
        now = conditions_of_many(held=[(award.person_id, award.id) for award in locked])
        # The review is there: another training became the first. The award remembers it from now on.
        note_reviews(
            reviews={(one.person_id, one.id): seen for one in locked if (seen := now[one.id].rated_at) is not None}
        )
        waiting = people_with_open_case(person_ids=[award.person_id for award in locked])
        cutoffs: dict[datetime, list[AwardFacts]] = {}
        for award in locked:
            cutoff = review_cutoff(scheme(scheme_version_id=award.scheme_version_id))
            if cutoff is not None and at >= cutoff and not now[award.id].is_reviewed and award.person_id not in waiting:
                cutoffs.setdefault(cutoff, []).append(award)
        for cutoff, found in cutoffs.items():
            awards.lapse_awards(awards=found, reason="not_reviewed", deadline=cutoff, at=at)
    return sum(len(found) for found in cutoffs.values())


def lapse_unlinked_many(*, items: Sequence[Item], at: datetime) -> int:
    """The link cut-off has passed and no valid account was there then: what was promised and not paid lapses (rules.md 5.3).

    Of many, as (person, award), in one transaction; an award that another runner holds is left to it. Whoever had an account loses
    nothing when it breaks or is changed afterwards (rules.md 12.32). A payment under way keeps its course; if it comes back, it
    lapses then. Returns of how many something went to the treasury.
    """
    with transaction():
        cutoffs: dict[datetime, list[AwardFacts]] = {}
        for award in lock_awards(awards=items):
            cutoff = cutoff_at(scheme=scheme(scheme_version_id=award.scheme_version_id), kind=CutoffKind.LINK)
            if award.is_payable and cutoff is not None and at >= cutoff:
                cutoffs.setdefault(cutoff, []).append(award)
        return sum(_lapse_unlinked(found, cutoff=cutoff, at=at) for cutoff, found in cutoffs.items())


@requires_transaction
def _lapse_unlinked(found: Sequence[AwardFacts], *, cutoff: datetime, at: datetime) -> int:
    had_one = people_with_valid_account(person_ids=[award.person_id for award in found], at=cutoff)
    chosen = [award for award in found if award.person_id not in had_one]
    lapsed = _end_incentives_of(awards=chosen, verb="lapse", credit=_TREASURY, at=at)
    reserves = [Emptied(award.person_id, award.reserve_id, award.id) for award in chosen]
    lock_balances(balances=[(one.person_id, one.balance_id) for one in reserves])
    emptied = empty_balances(emptied=reserves, kind="lapse_reserve", credit=_TREASURY, at=at)
    amounts = {award.id: lapsed[award.id] + emptied.get(award.reserve_id, 0) for award in chosen}
    told = [award for award in chosen if amounts[award.id]]
    queue_many(
        template="lapsed_no_account",
        channels=("sms", "dashboard"),
        notices=[
            Notice(
                award.person_id,
                {"amount": amounts[award.id], "deadline": cutoff.isoformat()},
                f"cutoff:lapsed_no_account:{award.id}",
            )
            for award in told
        ],
        at=at,
        may_be_known=True,
        queue=cutoff.isoformat(),
    )
    record_each(
        action="incentive.lapsed",
        at=at,
        subject_kind="award",
        told=[(award.person_id, award.id, {"reason": "no_account", "amount": amounts[award.id]}) for award in told],
    )
    return len(told)


def finish_many(*, items: Sequence[Item], at: datetime) -> int:
    """Everything is paid or lapsed and the wallet is empty: the awards are finished, their NIKs closed for life (rules.md P10).

    Of many, as (person, award), in one transaction; what somebody else holds is left for the next run. Returns how many.
    """
    with transaction():
        locked = {award.id: award for award in lock_wallets_and_awards(awards=items)}
        # The statement that found them, of those that are locked: it is what is true now.
        pairs = [[award.person_id for award in locked.values()], list(locked)]
        over = [locked[award_id] for (award_id,) in rows(_STILL_OVER, [*pairs, at])]
        awards.finish_awards(awards=over, at=at)
    return len(over)


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


@requires_transaction
def _end_incentives(*, award: AwardFacts, verb: str, credit: int, at: datetime) -> int:
    """`_end_incentives_of` one award."""
    return _end_incentives_of(awards=[award], verb=verb, credit=credit, at=at)[award.id]


@requires_transaction
def _end_incentives_of(*, awards: Sequence[AwardFacts], verb: str, credit: int, at: datetime) -> dict[uuid.UUID, int]:
    """End what is planned, due or held of these awards.

    Returns by award the rupiah that left incentives_payable; planned ones are in reserve.
    """
    moved = {award.id: 0 for award in awards}
    people = [award.person_id for award in awards]
    waiting = Incentive.objects.select_for_update(no_key=True).filter(
        person_id__any_of=people, award_id__any_of=list(moved), status__in=INCENTIVE_STATES.group("WAITING")
    )
    planned = []
    for incentive in waiting.order_by("id"):
        if incentive.status == "planned":
            planned.append(incentive.id)
            continue
        cancel_draft(person_id=incentive.person_id, payer=PAYER, owed_id=incentive.id, reason="award_ended", at=at)
        cancel_due(incentive=incentive, verb=verb, credit=credit, at=at)
        moved[incentive.award_id] += incentive.amount
    Incentive.objects.filter(id__any_of=planned).update(
        status=INCENTIVE_STATES.target(verb), ended_at=at, recheck_at=None
    )
    # Without a reserve there is nothing to earn by answering.
    close_unanswered(person_ids=people, at=at)
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
