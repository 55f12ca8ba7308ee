"""What is published: documents, who signed them with which key, and the log that they stand in."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.draw.models.draws import Draw
from prakerja.kernel.models import KeyedRow
from prakerja.kernel.sealed import SealedField

KEY_KINDS = ("operator", "documents", "witness", "receipt", "ledger")


class Document(KeyedRow):
    """The bytes that were signed; they are never changed (a trigger)."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="+")
    name = models.TextField()
    content = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "name"], name="draw_document_once")]


class SignedNote(KeyedRow):
    """A note with the lines of both operators; never changed (a trigger)."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="+")
    name = models.TextField()
    content = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "name"], name="draw_signednote_once")]


class SigningKey(KeyedRow):
    """Who signs: an operator, the log of documents, the receipts of tickets, the ledger's days, or a witness whose key we only know."""

    name = models.TextField(unique=True)
    kind = models.TextField()
    user = models.OneToOneField("access.User", on_delete=models.PROTECT, null=True, related_name="+")
    public = models.BinaryField()
    # Ours, sealed; of witnesses nothing, but in a sandbox, which plays them itself.
    seed_enc = SealedField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KEY_KINDS), name="draw_signingkey_kind"),
            models.CheckConstraint(
                condition=Q(kind="operator", user__isnull=False) | ~Q(kind="operator") & Q(user=None),
                name="draw_signingkey_user",
            ),
        ]


class ProposedWitness(KeyedRow):
    """A witness whose key one operator told us; it counts when another tells the same key, and becomes a `SigningKey`."""

    name = models.TextField()
    public = models.BinaryField()
    proposed_by = models.TextField()
    proposed_at = models.DateTimeField()
    confirmed_by = models.TextField(blank=True, default="")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "public"], name="draw_proposedwitness_once"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by="")
                | Q(confirmed_at__isnull=False) & ~Q(confirmed_by="") & ~Q(confirmed_by=models.F("proposed_by")),
                name="draw_proposedwitness_two_people",
            ),
        ]


class LogEntry(models.Model):
    """A document in the public log, for ever (a trigger); `index` counts from 0 without a gap."""

    index = models.IntegerField(primary_key=True)
    content = models.BinaryField()
    logged_at = models.DateTimeField()


class LogCheckpoint(models.Model):
    """The log as it was when it had `size` documents: the checkpoint's text with the log's own line."""

    size = models.IntegerField(primary_key=True)
    text = models.TextField()
    line = models.TextField()
    signed_at = models.DateTimeField()


class Cosignature(KeyedRow):
    """That a witness saw a checkpoint, when it says that it did (`seen_at`)."""

    checkpoint = models.ForeignKey(LogCheckpoint, on_delete=models.PROTECT, related_name="+")
    witness = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="+")
    line = models.TextField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checkpoint", "witness"], name="draw_cosignature_once")]
