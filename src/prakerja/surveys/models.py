"""Questionnaires and what people answered. Answers never affect payment (rules.md 7)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.kernel.models import KeyedRow, PersonRow, owned_key, unindexed_foreign_key


class Survey(KeyedRow):
    number = models.SmallIntegerField(unique=True)
    title = models.JSONField()
    questions = models.JSONField()


class Response(PersonRow):
    survey = unindexed_foreign_key("surveys.Survey")
    # Written when the first incentive is paid, so it may lie ahead: the survey is open from then on.
    opens_at = models.DateTimeField()
    # When the dashboard said that it is open; a row that nobody was told of may still be taken back.
    announced_at = models.DateTimeField(null=True)
    # Exclusive.
    closes_at = models.DateTimeField()
    # When the person allowed us to keep and use the answers; the words stand in `people.Consent`. Without it there are none.
    consented_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # Wiped when the consent is taken back.
    answers = models.JSONField(null=True)
    # What is answered so far of one that is not sent, with the same consent; it goes when the survey is sent or closes.
    half_answers = models.JSONField(null=True)
    half_saved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            owned_key("surveys_response", "person"),
            models.UniqueConstraint(fields=["person", "survey"], name="surveys_response_once"),
            models.CheckConstraint(
                condition=Q(half_answers__isnull=True, half_saved_at=None)
                | Q(
                    half_answers__isnull=False,
                    half_saved_at__isnull=False,
                    consented_at__isnull=False,
                    submitted_at=None,
                    closed_at=None,
                ),
                name="surveys_response_half",
            ),
        ]
        indexes = [
            # A wave's open and close at the same instant: the id beside it keeps each page of them as cheap as the first.
            models.Index(
                fields=["opens_at", "id"],
                name="surveys_response_to_open",
                condition=Q(announced_at=None, closed_at=None),
            ),
            models.Index(
                fields=["closes_at", "id"],
                name="surveys_response_to_close",
                condition=Q(submitted_at=None, closed_at=None),
            ),
        ]
