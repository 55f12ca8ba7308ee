"""Courses, their runs and seats, and at what price which platform sells them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from prakerja.catalogue.states import CURATION_STATES, PRICE_STATES
from prakerja.kernel.models import KeyedRow

# Above this many seats a run keeps them in slices, so that buyers do not queue for one row (architecture.md "Hot calls").
SLICED_ABOVE = 5_000
SLICES = 16


class Course(KeyedRow):
    code = models.TextField(unique=True)
    institution = models.ForeignKey("partners.Partner", on_delete=models.PROTECT)
    title = models.TextField()
    category = models.TextField()
    mode = models.TextField()
    delivery = models.TextField()
    duration_hours = models.SmallIntegerField()
    # In which it is taught and written here, as its institution declares; a page in the other language says so.
    language = models.TextField(default="id", db_default="id")
    summary = models.TextField(blank=True)
    syllabus = models.JSONField(default=list)
    target_job = models.TextField(blank=True)
    competency_standard = models.TextField(blank=True)
    certificate_kinds = models.JSONField(default=list)
    has_post_test = models.BooleanField(default=False)
    required_assignments = models.SmallIntegerField(default=0)
    min_age = models.SmallIntegerField(default=18)
    min_education = models.SmallIntegerField(default=0)
    # Sum and count instead of an average, so that adding a rating is one exact update.
    rating_sum = models.IntegerField(default=0)
    rating_count = models.IntegerField(default=0)
    # Accepted and not withdrawn: it may be listed.
    is_curated = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=["online", "onsite", "blended"]), name="catalogue_course_mode"),
            models.CheckConstraint(condition=Q(delivery__in=["live", "self_paced"]), name="catalogue_course_delivery"),
            models.CheckConstraint(condition=Q(language__in=["id", "en"]), name="catalogue_course_language"),
        ]


class CourseRun(KeyedRow):
    code = models.TextField(unique=True)
    course = models.ForeignKey(Course, on_delete=models.PROTECT)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    session_count = models.SmallIntegerField(default=1)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="catalogue_courserun_order"),
            models.CheckConstraint(
                condition=Q(session_count__gte=1, session_count__lte=10), name="catalogue_courserun_sessions"
            ),
        ]


class CourseRunSession(KeyedRow):
    """One dated meeting of a live class. A run without any meets evenly (`catalogue.policies.spread_sessions`)."""

    course_run = models.ForeignKey(CourseRun, on_delete=models.PROTECT, db_index=False)
    number = models.SmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course_run", "number"], name="catalogue_courserunsession_number"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="catalogue_courserunsession_order"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=10), name="catalogue_courserunsession_numbers"
            ),
        ]


class CourseRunSeats(KeyedRow):
    """The seats of a run: one row, or 16 slices. Never a column of the run, which every reader would then wait for."""

    course_run = models.ForeignKey(CourseRun, on_delete=models.PROTECT, db_index=False)
    slice = models.SmallIntegerField()
    capacity = models.IntegerField()
    seats_taken = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course_run", "slice"], name="catalogue_courserunseats_slice"),
            models.CheckConstraint(
                condition=Q(seats_taken__gte=0, seats_taken__lte=F("capacity")),
                name="catalogue_courserunseats_bounds",
            ),
        ]


class Listing(KeyedRow):
    """The price of a course on a platform. One is live per course and platform; a new price is a new row."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT)
    platform = models.ForeignKey("partners.Partner", on_delete=models.PROTECT)
    price = models.BigIntegerField()
    listed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["course", "platform"], condition=Q(ended_at=None), name="catalogue_listing_one_live"
            ),
            models.CheckConstraint(condition=Q(price__gt=0), name="catalogue_listing_price"),
        ]


class Promotion(KeyedRow):
    """A discount that the platform bears: the ledger moves the net price only (decisions.md 5)."""

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT)
    discount = models.BigIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(discount__gt=0), name="catalogue_promotion_discount"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="catalogue_promotion_order"),
        ]


class CurationReview(KeyedRow):
    """One round of curation of a course: the content that was proposed, and what became of it.

    A course keeps its accepted content until the next round is accepted. One round is open per course.
    """

    course = models.ForeignKey(Course, on_delete=models.PROTECT, db_index=False)
    number = models.SmallIntegerField()
    # The columns of the course that the institution writes (`catalogue.curation.CONTENT`).
    content = models.JSONField()
    status = models.TextField(default="draft")
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(blank=True)
    # What the operator says to the institution.
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "number"], name="catalogue_curationreview_number"),
            models.UniqueConstraint(
                fields=["course"],
                condition=Q(status__in=CURATION_STATES.group("OPEN")),
                name="catalogue_curationreview_one_open",
            ),
            models.CheckConstraint(
                condition=Q(status__in=CURATION_STATES.states()), name="catalogue_curationreview_status"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=CURATION_STATES.group("SUBMITTED_ONCE")) | Q(submitted_at__isnull=False),
                name="catalogue_curationreview_submitted",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=CURATION_STATES.group("DECIDED")) | Q(decided_at__isnull=False),
                name="catalogue_curationreview_decided",
            ),
        ]


class PriceProposal(KeyedRow):
    """The price at which a platform wants to sell a course, with its price to everybody else, which it may not exceed."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT)
    platform = models.ForeignKey("partners.Partner", on_delete=models.PROTECT, db_index=False)
    price = models.BigIntegerField()
    outside_price = models.BigIntegerField()
    status = models.TextField(default="submitted")
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["course", "platform"],
                condition=Q(status="submitted"),
                name="catalogue_priceproposal_one_open",
            ),
            models.CheckConstraint(
                condition=Q(status__in=PRICE_STATES.states()), name="catalogue_priceproposal_status"
            ),
            models.CheckConstraint(
                condition=Q(price__gt=0, price__lte=F("outside_price")), name="catalogue_priceproposal_price"
            ),
            models.CheckConstraint(
                condition=Q(status="submitted", decided_at=None)
                | (~Q(status="submitted") & Q(decided_at__isnull=False)),
                name="catalogue_priceproposal_decided",
            ),
        ]
        indexes = [models.Index(fields=["platform", "id"], name="catalogue_priceproposal_own")]


class SearchWord(models.Model):
    """A word of the catalogue with the roots that it could have and its trigrams, so that other forms and slips find it.

    `kernel.forgiving` makes both; `catalogue.search_words` writes them. A word that no course has any more does no harm.
    """

    word = models.TextField(primary_key=True, db_collation="C")
    roots = ArrayField(models.TextField())
    trigrams = ArrayField(models.TextField())

    class Meta:
        indexes = [
            GinIndex(fields=["roots"], name="catalogue_searchword_roots"),
            GinIndex(fields=["trigrams"], name="catalogue_searchword_trigrams"),
        ]
