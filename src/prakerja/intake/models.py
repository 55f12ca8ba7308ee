"""Waves, who joined, who was selected, and the decree that says so."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.intake.states import APPLICATION_STATES
from prakerja.kernel.models import KeyedRow, PersonRow, owned_key, unindexed_foreign_key


class Wave(KeyedRow):
    number = models.SmallIntegerField(unique=True)
    scheme_version = models.ForeignKey("programmes.SchemeVersion", on_delete=models.PROTECT)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    quota = models.IntegerField()
    announced_at = models.DateTimeField(null=True)


class Decree(KeyedRow):
    """The legal act that awards hang on. Its number is unique: importing the same list twice changes nothing."""

    number = models.TextField(unique=True)
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT)
    issued_at = models.DateTimeField()
    issued_by = models.TextField(blank=True)


class Application(PersonRow):
    wave = unindexed_foreign_key("intake.Wave")
    status = models.TextField(default="waiting")
    joined_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            owned_key("intake_application", "person"),
            models.UniqueConstraint(fields=["person", "wave"], name="intake_application_once"),
            models.CheckConstraint(
                condition=Q(status__in=APPLICATION_STATES.states()), name="intake_application_status"
            ),
        ]
