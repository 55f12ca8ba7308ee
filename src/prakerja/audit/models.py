"""Append-only: who did what to which. A trigger refuses UPDATE and DELETE."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.audit.kinds import ACTOR_KINDS
from prakerja.audit.security import SECURITY_ACTIONS
from prakerja.kernel.models import KeyedRow


class Record(KeyedRow):
    # Nil for the programme's own acts. No foreign key: an auditor's row outlives everything.
    person_id = models.UUIDField(null=True)
    action = models.TextField()
    actor_kind = models.TextField()
    actor_id = models.TextField(blank=True)
    subject_kind = models.TextField()
    subject_id = models.UUIDField(null=True)
    # Programme time of the act, and wall time of the writing.
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["person_id", "at"], name="audit_record_person"),
            models.Index(
                fields=["recorded_at"], name="audit_record_security", condition=Q(action__in=SECURITY_ACTIONS)
            ),
        ]
        # NOT VALID in the database: what stood there before may have other words, and nothing here is ever changed.
        constraints = [models.CheckConstraint(condition=Q(actor_kind__in=ACTOR_KINDS), name="audit_record_actor_kind")]
