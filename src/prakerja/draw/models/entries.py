"""The list that a draw is made of, and what came of each row."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.draw.models.draws import Draw
from prakerja.kernel.models import (
    KeyedRow,
    OwnedReference,
    PersonRow,
    owned_foreign_key,
    owned_key,
    unindexed_foreign_key,
)
from prakerja.kernel.sealed import IndexField, SealedField


class RandomValue(KeyedRow):
    """A source that was named, and what it gave: `value` with what proves it (`kept`), or that it was absent (`absent_note`)."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="+")
    number = models.SmallIntegerField()
    value = models.BinaryField(null=True)
    kept = models.BinaryField(null=True)
    certificate = models.BinaryField(null=True)
    absent_note = models.BinaryField(null=True)
    entered_by = models.TextField(blank=True)
    entered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "number"], name="draw_randomvalue_once"),
            models.CheckConstraint(
                condition=Q(value=None, kept=None) | Q(value__isnull=False, kept__isnull=False, absent_note=None),
                name="draw_randomvalue_proven",
            ),
        ]


class Draft(models.Model):
    """A row of a list that is being made. Emptied when the list is complete; `applicant` and `application` point nowhere."""

    application = models.UUIDField(primary_key=True)
    applicant = models.UUIDField()
    ticket = models.BinaryField()
    stratum = models.TextField()
    groups = models.TextField()
    allowance = models.SmallIntegerField()
    # The blind index of the family card.
    card = IndexField()
    # Why it is excluded, and the mark that is published of it; "" for an eligible one.
    codes = models.TextField()
    mark = models.TextField()


class FamilyNonce(KeyedRow):
    """What a crowded family card's label is made of: random, sealed, one for each card of a wave."""

    wave = models.ForeignKey("intake.Wave", on_delete=models.PROTECT, related_name="+")
    card = IndexField()
    nonce_enc = SealedField()
    label = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["wave", "card"], name="draw_familynonce_once")]
        # Whoever proves a draw looks by the card alone, and so does a change of keys.
        indexes = [models.Index(fields=["card"], name="draw_familynonce_card")]


class Entry(PersonRow):
    """A row of a list, and whose it is; never changed (a trigger). `number` counts from 0 in the list's order."""

    applicants = unindexed_foreign_key("draw.ApplicantList")
    application = owned_foreign_key("intake.Application")
    number = models.IntegerField()
    ticket = models.BinaryField()
    stratum = models.TextField()
    groups = models.TextField()
    # The label of a family card that has more rows than places.
    family = models.BinaryField(null=True)
    allowance = models.SmallIntegerField()
    codes = models.TextField()
    mark = models.TextField()

    class Meta:
        constraints = [
            owned_key("draw_entry", "person"),
            models.UniqueConstraint(fields=["person", "applicants"], name="draw_entry_once"),
            OwnedReference(name="draw_entry_owned_application", field="application", to="intake_application"),
        ]
        indexes = [models.Index(fields=["applicants", "number"], name="draw_entry_in_order")]


class Outcome(models.Model):
    """What became of a row of the list in a draw; never changed (a trigger). Of excluded ones there is none."""

    pk = models.CompositePrimaryKey("draw_id", "number")
    # Millions are written at once, of one draw: asking for each whether it exists took longer than to rank them.
    draw = unindexed_foreign_key("draw.Draw", db_constraint=False)
    number = models.IntegerField()
    position = models.IntegerField()
    # W, K or R.
    kind = models.TextField()
    pool = models.TextField()
    reserve = models.IntegerField(null=True)
