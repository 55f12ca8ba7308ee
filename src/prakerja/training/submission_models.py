"""What an institution hands in about a code: the participant's assignments and its own feedback (partner-api.md 4).

Each call is a row of its own, because one assignment may have several files, one a call. The newest row of a code, kind and
sequence is the state that the contract speaks of; a row without any is its 0.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.kernel.models import KeyedRow, OwnedReference, owned_foreign_key, owned_key, reference
from prakerja.kernel.states import StateMachine
from prakerja.people.models import PersonRow

_STEPS: dict[str, tuple[str, ...]] = {"submitted": ("accepted", "rejected"), "accepted": (), "rejected": ()}
ASSIGNMENT_STATES = StateMachine("assignment", _STEPS)
FEEDBACK_STATES = StateMachine("feedback", _STEPS)
SANDBOX_SUBMISSION_STATES = StateMachine("sandbox submission", _STEPS)

# `tpm` and `uk` of the contract.
PRACTICE, DEMONSTRATION = "practice", "skills_demonstration"
DEMONSTRATION_SEQUENCE = 999


class Submission(models.Model):
    """What every submission has. Of the file only hash, size and type are kept; it is never opened or served."""

    # Who handed it in, so that one institution's slow files do not hold up another's.
    institution = reference("partners.Partner")
    kind = models.TextField()
    sequence = models.SmallIntegerField()
    # The `id` of the contract, from one sequence for all.
    number = models.BigIntegerField()
    # Sealed: who has the address has the participant's work. Null for feedback without a file.
    url_enc = models.BinaryField(null=True)
    status = models.TextField(default="submitted")
    # Why it was rejected.
    reason = models.TextField(blank=True)
    submitted_at = models.DateTimeField()
    # When the file is fetched next; null once that is over.
    process_at = models.DateTimeField(null=True)
    attempt_count = models.SmallIntegerField(default=0)
    processed_at = models.DateTimeField(null=True)
    file_type = models.TextField(blank=True)
    file_size = models.IntegerField(null=True)
    file_sha256 = models.BinaryField(null=True)

    class Meta:
        abstract = True


def _rules(table: str, states: StateMachine) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(
            condition=Q(kind=PRACTICE, sequence__gte=1, sequence__lte=998)
            | Q(kind=DEMONSTRATION, sequence=DEMONSTRATION_SEQUENCE),
            name=f"{table}_sequence",
        ),
        models.CheckConstraint(condition=Q(status__in=states.states()), name=f"{table}_status"),
        models.CheckConstraint(
            condition=Q(status="submitted", process_at__isnull=False, processed_at=None)
            | (~Q(status="submitted") & Q(process_at=None, processed_at__isnull=False)),
            name=f"{table}_processed",
        ),
        models.CheckConstraint(
            condition=(Q(status="rejected") & ~Q(reason="")) | (~Q(status="rejected") & Q(reason="")),
            name=f"{table}_reason",
        ),
    ]


def _waiting(table: str) -> models.Index:
    return models.Index(fields=["process_at"], name=f"{table}_waiting", condition=Q(status="submitted"))


class Assignment(Submission, PersonRow):
    voucher = owned_foreign_key("vouchers.Voucher")

    class Meta:
        constraints = [
            owned_key("training_assignment", "person"),
            OwnedReference(name="training_assignment_voucher_owned", field="voucher", to="vouchers_voucher"),
            *_rules("training_assignment", ASSIGNMENT_STATES),
            models.CheckConstraint(condition=Q(url_enc__isnull=False), name="training_assignment_file"),
        ]
        indexes = [_waiting("training_assignment")]


class Feedback(Submission, PersonRow):
    voucher = owned_foreign_key("vouchers.Voucher")
    # The newest one when the feedback was given.
    assignment = owned_foreign_key("training.Assignment")
    notes = models.TextField()

    class Meta:
        constraints = [
            owned_key("training_feedback", "person"),
            OwnedReference(name="training_feedback_voucher_owned", field="voucher", to="vouchers_voucher"),
            OwnedReference(name="training_feedback_assignment_owned", field="assignment", to="training_assignment"),
            *_rules("training_feedback", FEEDBACK_STATES),
            models.CheckConstraint(condition=~Q(notes=""), name="training_feedback_notes"),
        ]
        indexes = [_waiting("training_feedback")]


class SandboxSubmission(Submission, KeyedRow):
    """An assignment or feedback of a `PRAT-` code, which belongs to no person."""

    code = models.ForeignKey("training.SandboxCode", on_delete=models.PROTECT)
    # `assignment` or `feedback`.
    role = models.TextField()
    notes = models.TextField(blank=True)

    class Meta:
        constraints = [
            *_rules("training_sandboxsubmission", SANDBOX_SUBMISSION_STATES),
            models.CheckConstraint(
                condition=Q(role__in=["assignment", "feedback"]), name="training_sandboxsubmission_role"
            ),
        ]
        indexes = [_waiting("training_sandboxsubm")]
