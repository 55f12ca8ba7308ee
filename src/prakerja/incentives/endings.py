"""How an award ends after its first purchase: swept at a cut-off, lapsed, finished, or annulled (rules.md 2.3)."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import Sum

from prakerja.audit.operations import record
from prakerja.awards.models import Award
from prakerja.awards.states import AWARD_STATES
from prakerja.disbursements.models import PaymentInstruction
from prakerja.disbursements.operations import drop_instruction
from prakerja.incentives.conditions import conditions_of, lock_award, lock_wallet_and_award
from prakerja.incentives.models import Incentive, RepaymentClaim
from prakerja.incentives.results import cancel_due, end_incentive
from prakerja.incentives.states import INCENTIVE_STATES
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.ledger.models import Balance, Chart
from prakerja.ledger.operations import empty
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
from prakerja.purchases.models import Purchase
from prakerja.surveys.models import Response
from prakerja.vouchers.models import Voucher
from prakerja.wallets.models import Wallet
from prakerja.wallets.operations import close_wallet, sweep_wallet

_TREASURY = int(Chart.TREASURY)


def sweep_balance(*, person_id: uuid.UUID, award_id: uuid.UUID, at: datetime) -> int | None:
    """The balance cut-off or the next-purchase window has passed: what is left goes to the treasury (rules.md 14.5, 14.7).

    Returns the rupiah swept, or None when it is not time: the window moved, or a training is open whose review will
    open a new one.
    """
    with transaction():
        award = lock_wallet_and_award(person_id=person_id, award_id=award_id)
        rules = scheme(scheme_version_id=award.scheme_version_id)
        if award.status not in AWARD_STATES.group("LIVE") or _awaits_review(award=award, rules=rules):
            return None
        swept = sweep_wallet(person_id=person_id, wallet_id=award.wallet_id, event_id=award.id, at=at)
        if swept is None:
            return None
        if swept:
            _notice(award=award, what="balance", amount=swept, at=at)
        record(
            action="wallet.swept",
            at=at,
            person_id=person_id,
            subject_kind="award",
            subject_id=award.id,
            data={"amount": swept},
        )
    return swept


def lapse_unreviewed(*, person_id: uuid.UUID, award_id: uuid.UUID, at: datetime) -> bool:
    """The review cut-off has passed and the first training is not completed and reviewed: the award lapses (rules.md 12.22)."""
    with transaction():
        award = lock_wallet_and_award(person_id=person_id, award_id=award_id)
        rules = scheme(scheme_version_id=award.scheme_version_id)
        cutoff = review_cutoff(rules)
        now = conditions_of(person_id=person_id, award_id=award_id)
        if award.status != "active" or cutoff is None or at < cutoff or now.is_reviewed:
            return False
        lapsed = _empty_reserve(award=award, kind="lapse_reserve", credit=_TREASURY, at=at)
        lapsed += _close_wallet(award=award, kind="sweep", credit=_TREASURY, at=at)
        _end(award=award, verb="lapse", reason="not_reviewed", at=at)
        _notice(award=award, what="not_reviewed", amount=lapsed, at=at)
        record(
            action="award.lapsed",
            at=at,
            person_id=person_id,
            subject_kind="award",
            subject_id=award.id,
            data={"reason": "not_reviewed", "amount": lapsed},
        )
    return True


def lapse_unlinked(*, person_id: uuid.UUID, award_id: uuid.UUID, at: datetime) -> int:
    """The link cut-off has passed and there is no valid account: what was promised and not paid lapses (rules.md 5.3).

    A payment under way keeps its course; if it comes back, it lapses then. Returns the rupiah that went to the treasury.
    """
    with transaction():
        award = lock_award(person_id=person_id, award_id=award_id)
        rules = scheme(scheme_version_id=award.scheme_version_id)
        cutoff = cutoff_at(scheme=rules, kind=CutoffKind.LINK)
        now = conditions_of(person_id=person_id, award_id=award_id)
        is_valid = now.facts is not None and now.facts.is_valid
        if award.status not in AWARD_STATES.group("PAYABLE") or cutoff is None or at < cutoff or is_valid:
            return 0
        lapsed = _end_incentives(award=award, verb="lapse", credit=_TREASURY, at=at)
        lapsed += _empty_reserve(award=award, kind="lapse_reserve", credit=_TREASURY, at=at)
        if lapsed:
            _notice(award=award, what="no_account", amount=lapsed, at=at)
            record(
                action="incentive.lapsed",
                at=at,
                person_id=person_id,
                subject_kind="award",
                subject_id=award.id,
                data={"reason": "no_account", "amount": lapsed},
            )
    return lapsed


def finish(*, person_id: uuid.UUID, award_id: uuid.UUID, at: datetime) -> bool:
    """Everything is paid or lapsed and the wallet is empty: the award is finished, its NIK closed for life (rules.md P10)."""
    with transaction():
        award = lock_wallet_and_award(person_id=person_id, award_id=award_id)
        if award.status != "active" or not _is_over(award):
            return False
        Wallet.objects.filter(person_id=person_id, id=award.wallet_id, closed_at=None).update(closed_at=at)
        _end(award=award, verb="finish", reason="everything_paid_or_lapsed", at=at)
        queue_message(
            person_id=person_id,
            template="award_finished",
            channels=("dashboard",),
            parameters={},
            dedupe_key=f"finished:{award.id}",
            at=at,
        )
        record(action="award.finished", at=at, person_id=person_id, subject_kind="award", subject_id=award.id)
    return True


def annul(*, person_id: uuid.UUID, award_id: uuid.UUID, reason: str, operator: str, at: datetime) -> IneligibleOutcome:
    """A recipient is found ineligible: what is left returns to the programme, what was received is claimed (rules.md 14.8).

    `reason` says on which list the person was found, `operator` who decided. The claim (bought training and paid
    incentives, rupiah) is due 60 days later (rules.md 8.2). Raises Refused: award_ended.
    """
    with transaction():
        award = lock_wallet_and_award(person_id=person_id, award_id=award_id)
        if award.status not in AWARD_STATES.group("LIVE"):
            raise Refused("award_ended")
        rules = scheme(scheme_version_id=award.scheme_version_id)
        outcome = _ineligible(award=award, rules=rules)
        _end_incentives(award=award, verb="cancel", credit=int(Chart.PROGRAMME_FUNDS), at=at)
        _empty_reserve(award=award, kind="annul_reserve", credit=int(Chart.PROGRAMME_FUNDS), at=at)
        _close_wallet(award=award, kind="annul_balance", credit=int(Chart.PROGRAMME_FUNDS), at=at)
        _end(award=award, verb="annul", reason=reason, at=at)
        due_date = claim_due_on(scheme=rules, decided_on=wib_day(at))
        RepaymentClaim.objects.create(
            person_id=person_id, award=award, amount=outcome.claim, reason=reason, decided_at=at, due_date=due_date
        )
        queue_message(
            person_id=person_id,
            template="award_annulled",
            channels=("sms", "dashboard"),
            parameters={"claim": outcome.claim, "due_date": due_date.isoformat()},
            dedupe_key=f"annulled:{award.id}",
            at=at,
        )
        record(
            action="award.annulled",
            at=at,
            person_id=person_id,
            actor_kind="operator",
            actor_id=operator,
            subject_kind="award",
            subject_id=award.id,
            data={"reason": reason, "claim": outcome.claim, "returned": outcome.balance_returned},
        )
    return outcome


def review_cutoff(rules: Scheme) -> datetime | None:
    """Until when the first training must be completed and reviewed; years without a review date use the completion's."""
    review = cutoff_at(scheme=rules, kind=CutoffKind.REVIEW)
    return cutoff_at(scheme=rules, kind=CutoffKind.COMPLETE) if review is None else review


@requires_transaction
def _awaits_review(*, award: Award, rules: Scheme) -> bool:
    """A window between purchases does not end while a training is open; a year's cut-off waits for nothing."""
    if rules.cutoffs.balance is not None:
        return False
    return Purchase.objects.filter(person_id=award.person_id, award=award, is_open=True).exists()


@requires_transaction
def _is_over(award: Award) -> bool:
    person = {"person_id": award.person_id}
    balance_id = Wallet.objects.values_list("balance_id", flat=True).get(**person, id=award.wallet_id)
    left = Balance.objects.filter(**person, id__in=[balance_id, award.reserve_id]).aggregate(left=Sum("amount"))["left"]
    unpaid = Incentive.objects.filter(**person, award=award).exclude(status__in=INCENTIVE_STATES.group("ENDED"))
    unanswered = Response.objects.filter(**person, submitted_at=None, closed_at=None)
    # A code that may still be voided keeps its wallet open.
    vouchers = Purchase.objects.filter(**person, award=award, status="succeeded").values("voucher_id")
    unused = Voucher.objects.filter(**person, id__in=vouchers, status="issued")
    return left == 0 and not (unpaid.exists() or unanswered.exists() or unused.exists())


@requires_transaction
def _end_incentives(*, award: Award, verb: str, credit: int, at: datetime) -> int:
    """End what is planned, due or held. Returns the rupiah that left incentives_payable; planned ones are in reserve."""
    moved = 0
    waiting = Incentive.objects.select_for_update(no_key=True).filter(
        person_id=award.person_id, award=award, status__in=INCENTIVE_STATES.group("WAITING")
    )
    for incentive in waiting.order_by("id"):
        if incentive.status == "planned":
            end_incentive(incentive=incentive, verb=verb, at=at)
            continue
        _drop_draft(incentive=incentive, at=at)
        cancel_due(incentive=incentive, verb=verb, credit=credit, at=at)
        moved += incentive.amount
    # Without a reserve there is nothing to earn by answering.
    Response.objects.filter(person_id=award.person_id, submitted_at=None, closed_at=None).update(closed_at=at)
    return moved


@requires_transaction
def _drop_draft(*, incentive: Incentive, at: datetime) -> None:
    if incentive.instruction_id is None:
        return
    drafted = PaymentInstruction.objects.filter(
        person_id=incentive.person_id, id=incentive.instruction_id, status="drafted"
    ).first()
    if drafted is not None:
        drop_instruction(instruction=drafted, verb="cancel", reason="award_ended", at=at)


@requires_transaction
def _ineligible(*, award: Award, rules: Scheme) -> IneligibleOutcome:
    paid = dict(
        Incentive.objects.filter(person_id=award.person_id, award=award, status="paid")
        .values_list("kind")
        .annotate(total=Sum("amount"))
    )
    bought = Purchase.objects.filter(person_id=award.person_id, award=award, status="succeeded")
    return ineligible_outcome(
        scheme=rules,
        bought=bought.aggregate(total=Sum("amount"))["total"] or 0,
        incentives_paid=paid.get("post_training", 0),
        surveys_paid=paid.get("survey", 0),
    )


@requires_transaction
def _empty_reserve(*, award: Award, kind: str, credit: int, at: datetime) -> int:
    return empty(
        person_id=award.person_id, balance_id=award.reserve_id, event_id=award.id, kind=kind, credit=credit, at=at
    )


@requires_transaction
def _close_wallet(*, award: Award, kind: str, credit: int, at: datetime) -> int:
    """Close the wallet unless it is; a swept one holds nothing."""
    if Wallet.objects.filter(person_id=award.person_id, id=award.wallet_id, closed_at__isnull=False).exists():
        return 0
    return close_wallet(
        person_id=award.person_id, wallet_id=award.wallet_id, event_id=award.id, kind=kind, credit=credit, at=at
    )


@requires_transaction
def _end(*, award: Award, verb: str, reason: str, at: datetime) -> None:
    award.status = AWARD_STATES.advance(current=award.status, verb=verb)
    award.ended_at, award.end_reason = at, reason
    award.save(update_fields=["status", "ended_at", "end_reason"])


@requires_transaction
def _notice(*, award: Award, what: str, amount: int, at: datetime) -> None:
    """CUTOFF_NOTICE on the dashboard: what a cut-off took, in rupiah."""
    queue_message(
        person_id=award.person_id,
        template="cutoff_notice",
        channels=("dashboard",),
        parameters={"what": what, "amount": amount},
        dedupe_key=f"cutoff:{what}:{award.id}",
        at=at,
    )
