"""What one operator prepared for another to confirm, and what operators asked the worker for."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.draw.models.draws import Draw
from prakerja.kernel.models import KeyedRow

STEPS = ("rules", "commit", "draw", "publish", "void", "award", "terms")
# Of these there may be many, one after the other: recall-1, recall-2 …
RECALL = "recall-"


class Step(KeyedRow):
    """A step that one operator prepared and another confirms, or has confirmed."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="+")
    step = models.TextField()
    # What is confirmed: a hash over all that was signed. Whoever confirms says it.
    digest = models.TextField()
    # The document that the step makes, and what else it needs to be taken.
    content = models.BinaryField()
    terms = models.JSONField(default=dict)
    # Of each note: its text, and the line of whoever prepared it.
    texts = models.JSONField()
    lines = models.JSONField()
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
            models.CheckConstraint(
                condition=Q(back_asked_by="", back_asked_at=None)
                | ~Q(back_asked_by="") & Q(back_asked_at__isnull=False) & ~Q(back_asked_by=models.F("prepared_by")),
                name="draw_step_asked_back",
            ),
            models.CheckConstraint(condition=Q(step__in=STEPS) | Q(step__startswith=RECALL), name="draw_step_name"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by="")
                | Q(confirmed_at__isnull=False) & ~Q(confirmed_by="") & ~Q(confirmed_by=models.F("prepared_by")),
                name="draw_step_two_people",
            ),
            # One that waits or was taken.
            models.UniqueConstraint(fields=["draw", "step"], condition=Q(replaced_at=None), name="draw_step_once"),
        ]


class AskedStep(KeyedRow):
    """A long step that an operator asked for by page; the worker makes it (`asking`)."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="+")
    step = models.TextField()
    # What its verb is called with, beside who and when.
    given = models.JSONField(default=dict)
    # The operator's id, as the audit trail keeps it, and what they are called.
    asked_by = models.TextField()
    asked_by_name = models.TextField()
    asked_at = models.DateTimeField()
    # From when on the worker stops it.
    stop_asked_at = models.DateTimeField(null=True)
    # Who wants it stopped that another asked for: a second one, whoever asked for it too, does it.
    stop_wanted_by = models.TextField(blank=True, default="", db_default="")
    stop_wanted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # done, stopped, broken, or why it was refused, with what its sentence needs.
    answer = models.TextField(blank=True, default="")
    details = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw"], condition=Q(ended_at=None), name="draw_askedstep_one_open"),
            models.CheckConstraint(
                condition=Q(ended_at=None, answer="") | Q(ended_at__isnull=False) & ~Q(answer=""),
                name="draw_askedstep_ended",
            ),
            models.CheckConstraint(
                condition=Q(stop_wanted_by="", stop_wanted_at=None)
                | ~Q(stop_wanted_by="") & Q(stop_wanted_at__isnull=False) & ~Q(stop_wanted_by=models.F("asked_by")),
                name="draw_askedstep_stop_wanted",
            ),
        ]


class AskedSimulation(KeyedRow):
    """A simulation that an operator asked for by page (`asked_simulations`); the last one of a wave, and what it came to."""

    wave = models.OneToOneField("intake.Wave", on_delete=models.PROTECT, related_name="+")
    # The operator's id, as the audit trail keeps it.
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # done, broken, or why it was refused.
    answer = models.TextField(blank=True, default="")
    figures = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, answer="") | Q(ended_at__isnull=False) & ~Q(answer=""),
                name="draw_askedsimulation_ended",
            )
        ]
