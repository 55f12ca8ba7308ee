"""Whom the results of a draw were given to: announcements, recalls, seats that came back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.draw.models.draws import Draw
from prakerja.draw.states import AWARDING_STATES
from prakerja.kernel.models import KeyedRow, unindexed_foreign_key


class Awarding(KeyedRow):
    """That a draw's results are announced, decided by two operators: of its winners (`recall` 0), or of those who were recalled.

    How far the awards are says `intake`, which makes them.
    """

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="+")
    recall = models.SmallIntegerField(default=0)
    decree_number = models.TextField()
    # The one moment at which it begins, from which the deadlines count.
    announced_at = models.DateTimeField()
    status = models.TextField(default="decided")
    people = models.IntegerField()
    # Seats that nobody was left for.
    unfilled = models.IntegerField(default=0)
    decided_by = models.TextField()
    decided_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True, default="")
    # Who wants it cancelled, and why: a second operator does it.
    cancel_asked_by = models.TextField(blank=True, default="", db_default="")
    cancel_asked_at = models.DateTimeField(null=True)
    cancel_reason = models.TextField(blank=True, default="", db_default="")
    # Why it was refused when its moment came; "" while nothing was.
    refusal = models.TextField(blank=True, default="", db_default="")
    # Whoever was not selected has been told; of a recall nobody is.
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["draw", "recall"], condition=~Q(status="cancelled"), name="draw_awarding_once"
            ),
            models.CheckConstraint(condition=Q(status__in=AWARDING_STATES.states()), name="draw_awarding_status"),
            models.CheckConstraint(
                condition=Q(cancel_asked_by="", cancel_asked_at=None, cancel_reason="")
                | ~Q(cancel_asked_by="") & Q(cancel_asked_at__isnull=False) & ~Q(cancel_reason=""),
                name="draw_awarding_cancel_asked",
            ),
        ]


class Recalled(KeyedRow):
    """A row of the list that was given a seat which came back; never changed (a trigger)."""

    draw = unindexed_foreign_key("draw.Draw")
    number = models.IntegerField()
    recall = models.SmallIntegerField()
    pool = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "number"], name="draw_recalled_once")]


class Released(KeyedRow):
    """A seat that came back and was given on by a recall; never changed (a trigger)."""

    draw = unindexed_foreign_key("draw.Draw")
    number = models.IntegerField()
    recall = models.SmallIntegerField()
    pool = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "number"], name="draw_released_once")]


class Dropped(KeyedRow):
    """A row that won or was recalled and got no award, because of what had happened since the list; never changed (a trigger)."""

    draw = unindexed_foreign_key("draw.Draw")
    number = models.IntegerField()
    recall = models.SmallIntegerField()
    # withdrawn, or a word of `intake.eligibility.Reason`.
    reason = models.TextField()
    dropped_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "number"], name="draw_dropped_once")]
