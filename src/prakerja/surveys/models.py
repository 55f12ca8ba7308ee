"""Questionnaires and what people answered. Answers never affect payment (programme.md 7)."""

from __future__ import annotations

from django.db import models

from prakerja.kernel.models import KeyedRow, owned_key, reference
from prakerja.people.models import PersonRow


class Survey(KeyedRow):
    number = models.SmallIntegerField(unique=True)
    title = models.JSONField()
    questions = models.JSONField()


class Response(PersonRow):
    survey = reference("surveys.Survey")
    opens_at = models.DateTimeField()
    # Exclusive.
    closes_at = models.DateTimeField()
    consented_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    answers = models.JSONField(null=True)

    class Meta:
        constraints = [
            owned_key("surveys_response", "person"),
            models.UniqueConstraint(fields=["person", "survey"], name="surveys_response_once"),
        ]
