"""A draw, and what its wave says of provinces and of those who come first."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.draw.states import DRAW_STATES
from prakerja.kernel.models import KeyedRow
from prakerja.kernel.sealed import SealedField
from prakerja.rosters.policies import PRIORITIES


class ApplicantList(KeyedRow):
    """The list of a wave: a row for each application. A repeated draw keeps it."""

    wave = models.ForeignKey("intake.Wave", on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    # Everybody has a row.
    ended_at = models.DateTimeField(null=True)
    rows = models.IntegerField(default=0)
    eligible = models.IntegerField(default=0)
    # Which version of each roster excluded people, or put them first: name → number.
    rosters = models.JSONField(default=dict, db_default=models.Value({}, output_field=models.JSONField()))


class Draw(KeyedRow):
    wave = models.ForeignKey("intake.Wave", on_delete=models.PROTECT, related_name="+")
    number = models.SmallIntegerField()
    # What it is called everywhere: g22/1.
    name = models.TextField(unique=True)
    # The name of the site, which every signature says.
    origin = models.TextField()
    status = models.TextField(default="drafted")
    applicants = models.ForeignKey(ApplicantList, on_delete=models.PROTECT, null=True, related_name="+")
    # Told when the draw is; until then nobody can rank anybody.
    secret_enc = SealedField(null=True)
    seed = models.BinaryField(null=True)
    # True while another wave's list must wait.
    has_turn = models.BooleanField(null=True, unique=True)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    # From when on somebody writes the folder, because it may not hold what was signed; None: it does.
    files_due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wave", "number"], name="draw_draw_once"),
            models.CheckConstraint(condition=Q(status__in=DRAW_STATES.states()), name="draw_draw_status"),
            models.CheckConstraint(
                condition=Q(status__in=DRAW_STATES.group("UNDER_WAY"), has_turn=True)
                | ~Q(status__in=DRAW_STATES.group("UNDER_WAY")) & Q(has_turn=None),
                name="draw_draw_turn",
            ),
        ]


class Stratum(KeyedRow):
    """A province of a wave and its weight: its part of the quota. Changed until the rules are published."""

    wave = models.ForeignKey("intake.Wave", on_delete=models.PROTECT, related_name="+")
    code = models.TextField()
    weight = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wave", "code"], name="draw_stratum_once"),
            models.CheckConstraint(condition=Q(weight__gte=0), name="draw_stratum_weight"),
        ]


class PriorityGroup(KeyedRow):
    """Those who stand on a roster have seats of their own, which are filled first; `place` is in which order."""

    wave = models.ForeignKey("intake.Wave", on_delete=models.PROTECT, related_name="+")
    place = models.SmallIntegerField()
    # The letter that list and rules call it by.
    code = models.TextField()
    roster = models.TextField()
    seats = models.IntegerField()
    # stratum: each province its share of them; national: for all together.
    scope = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wave", "code"], name="draw_prioritygroup_code"),
            models.UniqueConstraint(fields=["wave", "place"], name="draw_prioritygroup_place"),
            models.UniqueConstraint(fields=["wave", "roster"], name="draw_prioritygroup_roster"),
            models.CheckConstraint(condition=Q(roster__in=PRIORITIES), name="draw_prioritygroup_priority"),
            models.CheckConstraint(
                condition=Q(scope__in=["stratum", "national"], seats__gte=0), name="draw_prioritygroup_seats"
            ),
        ]
