"""Questions and complaints that anybody may send to the office, and what was answered."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.cases.policies import FILE_KINDS, TOPICS
from prakerja.cases.states import QUESTION_STATES
from prakerja.kernel.models import KeyedRow
from prakerja.kernel.sealed import IndexField, SealedField


class Case(KeyedRow):
    """One question with its answers. Who asked is not known, unless they wrote from their account: whoever has the number reads it,
    and it tells nobody else anything.

    Words, number and address of whoever asked are sealed. `number_index` is the number's blind index, by which it is found.
    """

    # The account it was sent from; empty when nobody was signed in. Then it is read there, and not by its number.
    asked_by = models.UUIDField(null=True)
    number_enc = SealedField(bound_to=("cases_case", "number"))
    number_index = IndexField(unique=True)
    topic = models.TextField()
    status = models.TextField(default="open")
    # A phone or e-mail address that somebody left so that a human can reach them; "" when none.
    contact_enc = SealedField(bound_to=("cases_case", "contact"))
    language = models.TextField(default="id")
    opened_at = models.DateTimeField()
    # When whoever asked wrote last, and when an operator did.
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # Blind indexes of the browser and the network it was sent from, for the limits of a day; forgotten after it.
    browser_index = models.BinaryField(null=True)
    network_index = models.BinaryField(null=True)
    # Its words were wiped, by the rule of `policies`.
    wiped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=QUESTION_STATES.states()), name="cases_case_status"),
            models.CheckConstraint(condition=Q(topic__in=TOPICS), name="cases_case_topic"),
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False) | (~Q(status="closed") & Q(closed_at=None)),
                name="cases_case_closed",
            ),
        ]
        indexes = [
            # What waits, who has waited longest first.
            models.Index(fields=["asked_at", "id"], name="cases_case_waiting", condition=Q(status="open")),
            models.Index(fields=["opened_at"], name="cases_case_limits", condition=Q(browser_index__isnull=False)),
            models.Index(fields=["closed_at"], name="cases_case_wiping", condition=Q(wiped_at=None)),
            models.Index(fields=["asked_by", "id"], name="cases_case_own", condition=Q(asked_by__isnull=False)),
        ]


class Entry(KeyedRow):
    """What one side wrote. `written_by` is the operator's id, "" for whoever asked."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, db_index=False)
    # As its case's, so that a person's copy of their data finds it.
    asked_by = models.UUIDField(null=True)
    number = models.SmallIntegerField()
    written_by = models.TextField(blank=True)
    words_enc = SealedField(bound_to=("cases_entry", "words"))
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="cases_entry_number")]
        indexes = [models.Index(fields=["asked_by"], name="cases_entry_own", condition=Q(asked_by__isnull=False))]


class Attachment(KeyedRow):
    """A photo, made anew, or a PDF that was sent with what was written from an account; sealed. Pruned by a dated rule."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="attachments")
    asked_by = models.UUIDField()
    kind = models.TextField()
    content_enc = SealedField()
    # Of what is kept, in bytes.
    size = models.IntegerField()
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=FILE_KINDS), name="cases_attachment_kind")]
        indexes = [models.Index(fields=["asked_by"], name="cases_attachment_own")]
