"""The ledger's tree: a leaf for each transfer and award, the checkpoint of each day, and time stamps of the public log."""

from __future__ import annotations

from django.db import models

from prakerja.kernel.models import KeyedRow, unindexed_foreign_key


class Leaf(models.Model):
    """The place of a transfer or an award in the ledger's tree, for ever (a trigger).

    `index` counts from 0 without a gap, in the order in which leaves were given: a sequence would have gaps, and a lower number
    could be committed after the checkpoint that passed it over.
    """

    index = models.BigIntegerField(primary_key=True)
    kind = models.TextField()
    row_id = models.UUIDField(unique=True)
    # Amounts are few and could be guessed from a bare hash.
    salt = models.BinaryField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=["transfer", "award"]), name="checkpoints_leaf_kind")
        ]


class Day(KeyedRow):
    """The checkpoint of a day, as it was signed and entered into the log of documents; never changed but for `published_at`."""

    # Of Western Indonesian time: the day on which it was signed.
    day = models.DateField(unique=True)
    size = models.BigIntegerField()
    root = models.BinaryField()
    # The roots of full trees of falling size: the tree goes on from here without its earlier leaves.
    full = models.BinaryField()
    note = models.BinaryField()
    # Where it stands in the log of documents.
    entry = unindexed_foreign_key("draw.LogEntry")
    at = models.DateTimeField()
    # Wall time: ids of rows say when they were made by it.
    wall_at = models.DateTimeField()
    # Its files are on the disk. Null: somebody writes them.
    published_at = models.DateTimeField(null=True)


class Stamp(KeyedRow):
    """That an authority of time saw a checkpoint of the log of documents (RFC 3161): its answer, as it came."""

    checkpoint = models.ForeignKey("draw.LogCheckpoint", on_delete=models.PROTECT, related_name="+")
    authority = models.TextField()
    answer = models.BinaryField()
    # What the authority says.
    stamped_at = models.DateTimeField()
    got_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checkpoint", "authority"], name="checkpoints_stamp_once")]
