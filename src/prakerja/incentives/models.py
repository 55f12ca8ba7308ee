"""What a participant has earned after training and surveys, and when it falls due."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import models
from django.db.models import Q

from prakerja.incentives.states import INCENTIVE_STATES
from prakerja.kernel.models import (
    KeyedRow,
    OwnedReference,
    PersonRow,
    owned_foreign_key,
    owned_key,
    unindexed_foreign_key,
)

# Our name in `disbursements_paymentinstruction.payer` and in the setting PAYERS.
PAYER = "incentives"
# For a row that was written by a release that knew no `due_at`.
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)


class Incentive(PersonRow):
    award = owned_foreign_key("awards.Award")
    kind = models.TextField()
    number = models.SmallIntegerField()
    amount = models.BigIntegerField()
    status = models.TextField(default="planned")
    scheduled_date = models.DateField()
    pay_date = models.DateField()
    # When it is this one's turn by itself: while it is planned, to fall due; while it is due, to be paid. Empty while a payment
    # is drafted or under way, and while it is held. Whatever is early is looked at, and gets its right instant.
    due_at = models.DateTimeField(null=True, db_default=AT_ONCE)
    hold_reason = models.TextField(blank=True)
    # The instant of the re-check of a hold.
    recheck_at = models.DateTimeField(null=True)
    # The last look at the account that could pay or hold: an account linked after it is looked at without waiting.
    checked_at = models.DateTimeField(null=True)
    # Why the last transfer did not stay: "" | failed | returned; decides between the labels Dijadwalkan and Dalam pengecekan.
    last_problem = models.TextField(blank=True)
    completion = owned_foreign_key("training.Completion", null=True)
    # Since when its award asks for no training (rules.md 12.33), where there is no completion.
    training_waived_at = models.DateTimeField(null=True)
    response = owned_foreign_key("surveys.Response", null=True)
    instruction = owned_foreign_key("disbursements.PaymentInstruction", null=True)
    planned_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            owned_key("incentives_incentive", "person"),
            OwnedReference(name="incentives_incentive_award_owned", field="award", to="awards_award"),
            OwnedReference(name="incentives_incentive_completion_owned", field="completion", to="training_completion"),
            OwnedReference(name="incentives_incentive_response_owned", field="response", to="surveys_response"),
            OwnedReference(
                name="incentives_incentive_instruction_owned",
                field="instruction",
                to="disbursements_paymentinstruction",
            ),
            models.UniqueConstraint(fields=["person", "award", "kind", "number"], name="incentives_incentive_once"),
            models.CheckConstraint(
                condition=Q(status__in=INCENTIVE_STATES.states()), name="incentives_incentive_status"
            ),
            models.CheckConstraint(
                condition=Q(kind="post_training", completion__isnull=False)
                | Q(kind="post_training", training_waived_at__isnull=False)
                | Q(kind="survey", response__isnull=False),
                name="incentives_incentive_cause",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="incentives_incentive_amount"),
        ]
        indexes = [
            models.Index(
                fields=["status", "scheduled_date"],
                name="incentives_incentive_waiting",
                condition=Q(status__in=INCENTIVE_STATES.group("WAITING")),
            ),
            models.Index(fields=["due_at", "id"], name="incentives_to_fall_due", condition=Q(status="planned")),
            models.Index(fields=["due_at", "id"], name="incentives_to_pay", condition=Q(status="due", recheck_at=None)),
            models.Index(fields=["recheck_at"], name="incentives_to_recheck", condition=Q(recheck_at__isnull=False)),
        ]


class CutoffReminder(KeyedRow):
    """A reminder of a cut-off of the year that everybody of a scheme version has been told of."""

    scheme_version = unindexed_foreign_key("programmes.SchemeVersion")
    # balance, review or link.
    kind = models.TextField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme_version", "kind", "due_at"], name="incentives_cutoffreminder_once")
        ]


class RepaymentClaim(PersonRow):
    """What a wrongful recipient owes the state: bought training and paid incentives (rules.md 8.2).

    A row and no transfer until it is repaid. Unpaid after `due_date` it goes to the civil-claim queue.
    """

    award = owned_foreign_key("awards.Award")
    amount = models.BigIntegerField()
    reason = models.TextField()
    decided_at = models.DateTimeField()
    # The last day, in WIB, to repay without a civil claim.
    due_date = models.DateField()
    repaid_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            owned_key("incentives_repaymentclaim", "person"),
            OwnedReference(name="incentives_repaymentclaim_award_owned", field="award", to="awards_award"),
            models.UniqueConstraint(fields=["person", "award"], name="incentives_repaymentclaim_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="incentives_repaymentclaim_amount"),
        ]
