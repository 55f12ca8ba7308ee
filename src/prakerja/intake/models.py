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


class AnnouncementCorrection(KeyedRow):
    """Another instant of a wave's announcement, prepared by one operator and confirmed by another."""

    wave = models.ForeignKey(Wave, on_delete=models.PROTECT)
    announced_before = models.DateTimeField()
    announced_at = models.DateTimeField()
    reason = models.TextField()
    # Operators' ids, as the audit trail keeps them.
    prepared_by = models.TextField()
    prepared_at = models.DateTimeField()
    confirmed_by = models.TextField(blank=True)
    confirmed_at = models.DateTimeField(null=True)
    # Another one was prepared instead.
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by="")
                | Q(confirmed_at__isnull=False) & ~Q(confirmed_by="") & ~Q(confirmed_by=models.F("prepared_by")),
                name="intake_announcementcorrection_two_people",
            ),
            models.UniqueConstraint(
                fields=["wave"],
                condition=Q(confirmed_at=None, replaced_at=None),
                name="intake_announcementcorrection_one_open",
            ),
        ]


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
