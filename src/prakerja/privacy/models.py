"""What a person asked of us about their data, and what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.kernel.models import PersonRow, owned_key
from prakerja.privacy.states import ERASURE_STATES


class ErasureCase(PersonRow):
    """A person asks that their data be erased; an operator answers (rules.md 11.5)."""

    status = models.TextField(default="open")
    asked_at = models.DateTimeField()
    # What the person wrote; may be empty.
    words = models.TextField(blank=True)
    # By then it has been answered. The rule was dated when it was asked.
    answer_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.TextField(blank=True)
    # What the operator says to the person.
    answer = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            owned_key("privacy_erasurecase", "person"),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(status__in=ERASURE_STATES.group("PENDING")),
                name="privacy_erasurecase_one_pending",
            ),
            models.CheckConstraint(condition=Q(status__in=ERASURE_STATES.states()), name="privacy_erasurecase_status"),
            models.CheckConstraint(
                condition=Q(status__in=ERASURE_STATES.group("UNANSWERED"))
                | Q(answered_at__isnull=False) & ~Q(answer=""),
                name="privacy_erasurecase_answered",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ERASURE_STATES.group("PENDING"), ended_at=None)
                | (~Q(status__in=ERASURE_STATES.group("PENDING")) & Q(ended_at__isnull=False)),
                name="privacy_erasurecase_ended",
            ),
        ]
        indexes = [
            models.Index(
                fields=["answer_by"],
                name="privacy_erasurecase_pending",
                condition=Q(status__in=ERASURE_STATES.group("PENDING")),
            )
        ]
