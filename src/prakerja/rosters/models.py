"""Rosters: their versions, who stands on each by the blind index of a NIK, and which version counts from when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.kernel.models import KeyedRow
from prakerja.kernel.sealed import IndexField
from prakerja.rosters.policies import CODES
from prakerja.rosters.states import VERSION_STATES


class Version(KeyedRow):
    """One list that an office handed over, as it was; what was read of it is never changed."""

    roster = models.TextField()
    # 1, 2, 3 … of its roster: what people call it by.
    number = models.IntegerField()
    # What its entries name it by: a number takes a quarter of an identifier's room, millions of times.
    short = models.IntegerField(unique=True)
    status = models.TextField(default="reading")
    # The file's bytes as a hash: only the same list goes on.
    list_digest = models.TextField()
    # Kind and id of who imports, as the audit trail keeps them.
    begun_by = models.TextField()
    begun_at = models.DateTimeField()
    # Wall time: how long it takes is no matter of the programme's clock.
    begun_wall = models.DateTimeField()
    seen_wall = models.DateTimeField()
    # Rows that are through; people that stand on it; rows that name somebody again; rows that were rejected.
    lines_read = models.IntegerField(default=0)
    entries = models.IntegerField(default=0)
    twice = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["roster", "number"], name="rosters_version_number"),
            models.CheckConstraint(condition=Q(roster__in=CODES), name="rosters_version_roster"),
            models.CheckConstraint(condition=Q(status__in=VERSION_STATES.states()), name="rosters_version_status"),
            models.CheckConstraint(
                condition=Q(status="reading", ended_at=None) | ~Q(status="reading") & Q(ended_at__isnull=False),
                name="rosters_version_ended",
            ),
            models.UniqueConstraint(
                fields=["roster"], condition=Q(status="reading"), name="rosters_version_one_is_read"
            ),
        ]


class ListedNik(models.Model):
    """Somebody stands on a version. Nobody's row: whoever is named may never have heard of the programme.

    No NIK can be read from it, and without the keys none can be tried.
    """

    pk = models.CompositePrimaryKey("nik_index", "version")
    nik_index = IndexField()
    # `Version.short`. Millions are written at once: asking for each whether it exists took longer than to write them.
    version = models.IntegerField()


class RejectedLine(models.Model):
    """A line that was not taken: where it stood and why, and nothing of what it said."""

    pk = models.CompositePrimaryKey("version", "line")
    version = models.IntegerField()
    line = models.IntegerField()
    reason = models.TextField()


class Turn(KeyedRow):
    """From when on a version counts, until the next turn of its roster; prepared by one operator and confirmed by another.

    Without a version nobody stands on the roster any more.
    """

    roster = models.TextField()
    version = models.ForeignKey(Version, on_delete=models.PROTECT, null=True, related_name="+")
    # When it is to count from; empty: from its confirmation.
    counts_from = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    # Operators' ids, as the audit trail keeps them.
    prepared_by = models.TextField()
    prepared_at = models.DateTimeField()
    confirmed_by = models.TextField(blank=True)
    confirmed_at = models.DateTimeField(null=True)
    # Another one was prepared instead, or it was taken back.
    replaced_at = models.DateTimeField(null=True)
    # Who wants it taken back that another prepared: a second one, whoever prepared it too, does it.
    back_asked_by = models.TextField(blank=True, default="", db_default="")
    back_asked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(roster__in=CODES), name="rosters_turn_roster"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by="")
                | Q(confirmed_at__isnull=False, counts_from__isnull=False, replaced_at=None)
                & ~Q(confirmed_by="")
                & ~Q(confirmed_by=models.F("prepared_by")),
                name="rosters_turn_two_people",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(counts_from__gte=models.F("confirmed_at")),
                name="rosters_turn_never_backwards",
            ),
            models.UniqueConstraint(
                fields=["roster"], condition=Q(confirmed_at=None, replaced_at=None), name="rosters_turn_one_waits"
            ),
            models.CheckConstraint(
                condition=Q(back_asked_by="", back_asked_at=None)
                | ~Q(back_asked_by="") & Q(back_asked_at__isnull=False) & ~Q(back_asked_by=models.F("prepared_by")),
                name="rosters_turn_asked_back",
            ),
        ]
