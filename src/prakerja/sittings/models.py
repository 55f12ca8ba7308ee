"""Sittings of the test and what was answered in them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from prakerja.kernel.models import OwnedReference, PersonRow, owned_foreign_key, owned_key
from prakerja.sittings.states import SITTING_STATES


class Sitting(PersonRow):
    """One person's test. `questions` are keys of the bank in the order in which they are asked."""

    scheme_version = models.ForeignKey("programmes.SchemeVersion", on_delete=models.PROTECT, related_name="+")
    status = models.TextField(default="under_way")
    questions = models.JSONField()
    has_extra_time = models.BooleanField()
    begun_at = models.DateTimeField()
    # Exclusive; set once, when it begins.
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # How many of them were right; nil before it ended. Motivation is the sum of the chosen steps. None of them weighs anything.
    literacy = models.SmallIntegerField(null=True)
    numeracy = models.SmallIntegerField(null=True)
    motivation = models.SmallIntegerField(null=True)

    class Meta:
        constraints = [
            owned_key("sittings_sitting", "person"),
            models.UniqueConstraint(fields=["person"], name="sittings_sitting_one"),
            models.CheckConstraint(condition=Q(status__in=SITTING_STATES.states()), name="sittings_sitting_status"),
            models.CheckConstraint(
                condition=Q(begun_at__lt=F("ends_at")) & (Q(ended_at=None) | Q(ended_at__lte=F("ends_at"))),
                name="sittings_sitting_time",
            ),
            models.CheckConstraint(
                condition=Q(status="under_way", ended_at=None)
                | ~Q(status="under_way")
                & Q(ended_at__isnull=False, literacy__isnull=False, numeracy__isnull=False, motivation__isnull=False),
                name="sittings_sitting_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["ends_at"], name="sittings_sitting_open", condition=Q(status="under_way")),
        ]


class Answer(PersonRow):
    """The choice for one question, counted from 1; it may be changed until the sitting ends."""

    sitting = owned_foreign_key("sittings.Sitting")
    number = models.SmallIntegerField()
    choice = models.SmallIntegerField()
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            owned_key("sittings_answer", "person"),
            OwnedReference(name="sittings_answer_sitting_owned", field="sitting", to="sittings_sitting"),
            models.UniqueConstraint(fields=["person", "sitting", "number"], name="sittings_answer_once"),
            models.CheckConstraint(condition=Q(number__gte=1, choice__gte=0), name="sittings_answer_range"),
        ]
