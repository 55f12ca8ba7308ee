"""Attendance, completion, certificates, ratings; what institutions hand in about a code; test codes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.kernel.models import (
    KeyedRow,
    OwnedReference,
    PersonRow,
    owned_foreign_key,
    owned_key,
    unindexed_foreign_key,
)
from prakerja.kernel.sealed import IndexField, SealedField
from prakerja.kernel.states import StateMachine
from prakerja.training.policies import DEMONSTRATION, DEMONSTRATION_SEQUENCE, POST_TEST, PRACTICE
from prakerja.training.states import (
    ASSIGNMENT_STATES,
    ATTEMPT_STATES,
    CANCELLATION_CASE_STATES,
    FEEDBACK_STATES,
    RATING_STATES,
    SANDBOX_ATTENDANCE_STATES,
    SANDBOX_SUBMISSION_STATES,
)

SEQUENCES = [*range(1, 11), POST_TEST]


class Attendance(PersonRow):
    """A sequence of a code whose attendance was verified: the row is the state, there is no other."""

    voucher = owned_foreign_key("vouchers.Voucher")
    sequence = models.SmallIntegerField()
    method = models.TextField()
    institution_email_index = IndexField(null=True)
    verified_at = models.DateTimeField()

    class Meta:
        constraints = [
            owned_key("training_attendance", "person"),
            OwnedReference(name="training_attendance_voucher_owned", field="voucher", to="vouchers_voucher"),
            models.UniqueConstraint(fields=["person", "voucher", "sequence"], name="training_attendance_once"),
            models.CheckConstraint(condition=Q(sequence__in=SEQUENCES), name="training_attendance_sequence"),
        ]
        # A change of keys goes by it, part after part: without it each of them would read every attendance there ever was.
        indexes = [models.Index(fields=["institution_email_index"], name="training_attendance_email")]


class AttendanceAttempt(PersonRow):
    """One `state` of the contract: a participant may verify one sequence of one code, once, while it is open."""

    voucher = owned_foreign_key("vouchers.Voucher")
    sequence = models.SmallIntegerField()
    # What the institution knows the attempt by. The address of the page carries a sealed identifier instead.
    state = models.TextField()
    institution_email_index = IndexField()
    redirect_uri = models.TextField()
    status = models.TextField(default="open")
    # Why it failed: a reason of the published family.
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            owned_key("training_attendanceattempt", "person"),
            OwnedReference(name="training_attendanceattempt_voucher_owned", field="voucher", to="vouchers_voucher"),
            models.UniqueConstraint(
                fields=["person", "voucher", "sequence"],
                condition=Q(status="open"),
                name="training_attendanceattempt_one_open",
            ),
            models.CheckConstraint(condition=Q(sequence__in=SEQUENCES), name="training_attendanceattempt_sequence"),
            models.CheckConstraint(
                condition=Q(status__in=ATTEMPT_STATES.states()), name="training_attendanceattempt_status"
            ),
            models.CheckConstraint(
                condition=Q(status="open", ended_at=None) | (~Q(status="open") & Q(ended_at__isnull=False)),
                name="training_attendanceattempt_ended",
            ),
        ]
        # For a change of keys, as above.
        indexes = [models.Index(fields=["institution_email_index"], name="training_attempt_email")]


class Completion(PersonRow):
    voucher = owned_foreign_key("vouchers.Voucher")
    completed_date = models.DateField()
    score = models.SmallIntegerField(null=True)
    reported_at = models.DateTimeField()
    source = models.TextField()
    idempotency_key = models.TextField(blank=True)
    # A report that was taken back: the row stays for the trail, and the code may be reported anew.
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            owned_key("training_completion", "person"),
            OwnedReference(name="training_completion_voucher_owned", field="voucher", to="vouchers_voucher"),
            models.UniqueConstraint(
                fields=["person", "voucher"], condition=Q(withdrawn_at=None), name="training_completion_one_live"
            ),
            models.CheckConstraint(condition=Q(source__in=["reported", "derived"]), name="training_completion_source"),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__gte=0, score__lte=100), name="training_completion_score"
            ),
        ]


class Certificate(PersonRow):
    completion = owned_foreign_key("training.Completion")
    kind = models.TextField()
    number = models.TextField()
    # On the dashboard from this instant: report + the working days of the two hops (rules.md 6.6).
    visible_from = models.DateTimeField()
    # When the dashboard said so.
    announced_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # A night's certificates show at the same instant: the id beside it keeps each page as cheap as the first.
            models.Index(
                fields=["visible_from", "id"], name="training_certificate_to_tell", condition=Q(announced_at=None)
            )
        ]
        constraints = [
            owned_key("training_certificate", "person"),
            OwnedReference(name="training_certificate_completion_owned", field="completion", to="training_completion"),
            models.UniqueConstraint(fields=["person", "completion", "kind"], name="training_certificate_once"),
        ]


class CertificateShare(PersonRow):
    """A link by which its owner lets others check a certificate. It shows what the owner allows, until they close it."""

    certificate = owned_foreign_key("training.Certificate")
    token_enc = SealedField()
    shows_name = models.BooleanField()
    shows_score = models.BooleanField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            owned_key("training_certificateshare", "person"),
            OwnedReference(
                name="training_certificateshare_certificate", field="certificate", to="training_certificate"
            ),
            models.UniqueConstraint(
                fields=["person", "certificate"],
                condition=Q(closed_at=None),
                name="training_certificateshare_one_open",
            ),
        ]


class CertificateShareClaim(models.Model):
    """The token of an open link → whose it is: the route of a stranger who knows only the link. Closed, it is gone."""

    index = IndexField(primary_key=True)
    person_id = models.UUIDField()
    share_id = models.UUIDField()


class Rating(PersonRow):
    """Stars and a review. Hidden, nobody but its owner reads the review; the stars count all the same (rules.md 6.6)."""

    completion = owned_foreign_key("training.Completion")
    course = unindexed_foreign_key("catalogue.Course", db_index=True)
    stars = models.SmallIntegerField()
    review = models.TextField()
    created_at = models.DateTimeField()
    status = models.TextField(default="shown", db_default="shown")
    # Why an operator hid it, in words for its owner; who did stands in the trail.
    hidden_why = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RATING_STATES.states()), name="training_rating_status"),
            models.CheckConstraint(
                condition=Q(status="hidden") & ~Q(hidden_why="") | Q(status="shown", hidden_why=""),
                name="training_rating_hidden",
            ),
            owned_key("training_rating", "person"),
            OwnedReference(name="training_rating_completion_owned", field="completion", to="training_completion"),
            models.UniqueConstraint(fields=["person", "completion"], name="training_rating_once"),
            models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="training_rating_stars"),
            models.CheckConstraint(condition=~Q(review=""), name="training_rating_review"),
        ]


class CertificateNumberClaim(KeyedRow):
    """(institution, certificate number) → person: one number certifies one person."""

    institution_id = models.UUIDField()
    number = models.TextField()
    person_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution_id", "number"], name="training_certificatenumberclaim_value")
        ]


class InstitutionEmailClaim(KeyedRow):
    """(institution, course, e-mail there) → the code that it was first verified with: one address takes a course once."""

    institution_id = models.UUIDField()
    course_id = models.UUIDField()
    email_index = IndexField()
    person_id = models.UUIDField()
    voucher_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["institution_id", "course_id", "email_index"], name="training_institutionemailclaim_value"
            )
        ]
        # For a change of keys, as above.
        indexes = [models.Index(fields=["email_index"], name="training_emailclaim_email")]


class ReportClaim(KeyedRow):
    """(institution, Idempotency-Key) → completion: a key that was used for one report is refused for another."""

    institution_id = models.UUIDField()
    idempotency_key = models.TextField()
    person_id = models.UUIDField()
    completion_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution_id", "idempotency_key"], name="training_reportclaim_value")
        ]


class SandboxCode(KeyedRow):
    """A `PRAT-` code: a positive case of the contract's own tests. Nobody bought it, and no money hangs on it."""

    institution = models.ForeignKey("partners.Partner", on_delete=models.PROTECT)
    case = models.TextField()
    code = models.TextField(unique=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "case"], name="training_sandboxcode_case"),
            models.CheckConstraint(condition=Q(code__startswith="PRAT-"), name="training_sandboxcode_prefix"),
        ]


class SandboxAttendance(KeyedRow):
    """The newest state of one sequence of a test code, and whether it was verified."""

    code = models.ForeignKey(SandboxCode, on_delete=models.PROTECT, db_index=False)
    sequence = models.SmallIntegerField()
    state = models.TextField(blank=True)
    redirect_uri = models.TextField(blank=True)
    expires_at = models.DateTimeField(null=True)
    outcome = models.TextField(default="open")
    verified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "sequence"], name="training_sandboxattendance_sequence"),
            models.CheckConstraint(
                condition=Q(outcome__in=SANDBOX_ATTENDANCE_STATES.states()),
                name="training_sandboxattendance_outcome",
            ),
        ]


class SandboxReport(KeyedRow):
    """What was reported of a test code's completion; it certifies nobody."""

    code = models.OneToOneField(SandboxCode, on_delete=models.PROTECT)
    completed_date = models.DateField()
    score = models.SmallIntegerField(null=True)
    certificate_number = models.TextField()
    certificate_kind = models.TextField()
    reported_at = models.DateTimeField()
    visible_from = models.DateTimeField()


class Submission(models.Model):
    """What every submission has: the participant's assignments, and the institution's own feedback (contract.md 4).

    Each call is a row of its own, because one assignment may have several files, one a call. The newest row of a code,
    kind and sequence is the state that the contract speaks of; a row without any is its 0. Of the file only hash, size
    and type are kept; it is never opened or served.
    """

    # Who handed it in, so that one institution's slow files do not hold up another's.
    institution = unindexed_foreign_key("partners.Partner")
    kind = models.TextField()
    sequence = models.SmallIntegerField()
    # The `id` of the contract, from one sequence for all.
    number = models.BigIntegerField()
    # Sealed: who has the address has the participant's work. Null for feedback without a file.
    url_enc = SealedField(null=True)
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


def _submission_rules(table: str, states: StateMachine) -> list[models.BaseConstraint]:
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


def _waiting_submissions(table: str) -> models.Index:
    return models.Index(fields=["process_at"], name=f"{table}_waiting", condition=Q(status="submitted"))


class Assignment(Submission, PersonRow):
    voucher = owned_foreign_key("vouchers.Voucher")

    class Meta:
        constraints = [
            owned_key("training_assignment", "person"),
            OwnedReference(name="training_assignment_voucher_owned", field="voucher", to="vouchers_voucher"),
            *_submission_rules("training_assignment", ASSIGNMENT_STATES),
            models.CheckConstraint(condition=Q(url_enc__isnull=False), name="training_assignment_file"),
        ]
        indexes = [_waiting_submissions("training_assignment")]


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
            *_submission_rules("training_feedback", FEEDBACK_STATES),
            models.CheckConstraint(condition=~Q(notes=""), name="training_feedback_notes"),
        ]
        indexes = [_waiting_submissions("training_feedback")]


class SandboxSubmission(Submission, KeyedRow):
    """An assignment or feedback of a `PRAT-` code, which belongs to no person."""

    code = models.ForeignKey("training.SandboxCode", on_delete=models.PROTECT)
    # `assignment` or `feedback`.
    role = models.TextField()
    notes = models.TextField(blank=True)

    class Meta:
        constraints = [
            *_submission_rules("training_sandboxsubmission", SANDBOX_SUBMISSION_STATES),
            models.CheckConstraint(
                condition=Q(role__in=["assignment", "feedback"]), name="training_sandboxsubmission_role"
            ),
        ]
        indexes = [_waiting_submissions("training_sandboxsubm")]


# What an operator decides about a code whose class was called off.
CANCELLATION_DECISIONS = ("refunded", "kept")


class CancellationCase(PersonRow):
    """A class was called off although this code had been entered: the institution is owed the price, the person has no class.

    An operator decides: the price goes back to the buyer, or it stays with the institution, which taught after all.
    """

    purchase = owned_foreign_key("purchases.Purchase")
    # The code's state when the case was found.
    known = models.TextField()
    found_at = models.DateTimeField()
    status = models.TextField(default="open")
    decision = models.TextField(blank=True)
    resolved_by = models.TextField(blank=True)
    resolved_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            owned_key("training_cancellationcase", "person"),
            OwnedReference(name="training_cancellationcase_purchase", field="purchase", to="purchases_purchase"),
            models.UniqueConstraint(fields=["person", "purchase"], name="training_cancellationcase_once"),
            models.CheckConstraint(
                condition=Q(status__in=CANCELLATION_CASE_STATES.states()), name="training_cancellationcase_status"
            ),
            models.CheckConstraint(
                condition=Q(status="open", decision="", resolved_at=None)
                | Q(status="resolved", decision__in=CANCELLATION_DECISIONS, resolved_at__isnull=False) & ~Q(note=""),
                name="training_cancellationcase_resolved",
            ),
        ]
        indexes = [models.Index(fields=["found_at"], name="training_cancellation_open", condition=Q(status="open"))]
