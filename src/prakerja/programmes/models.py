"""Programmes, their budgets and their dated scheme versions. A version's rules are data; the columns are those that hot calls read."""

from __future__ import annotations

from django.db import models

from prakerja.kernel.models import KeyedRow
from prakerja.kernel.second_person import PreparedRow, by_two_people


class Programme(KeyedRow):
    code = models.TextField(unique=True)
    name = models.TextField()


class FundingProposal(PreparedRow):
    """A budget that arrived by a letter, prepared by one operator and booked when another confirms it (ADR 0046)."""

    amount = models.BigIntegerField()
    reference = models.TextField()
    # The letter as the ledger knows it, however its name is typed.
    event_id = models.UUIDField()
    # A hash of all that; whoever confirms says it.
    digest = models.TextField(unique=True)

    class Meta:
        constraints = by_two_people(table="programmes_fundingproposal", of="event_id")


class SchemeVersion(KeyedRow):
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT)
    # 2020A, 2020B, 2021, 2022, 2023.
    code = models.TextField(unique=True)
    data = models.JSONField()
    # Projections of `data` for the hot calls, written by `programmes.operations.install_scheme` and by nothing else.
    otp_life_s = models.IntegerField()
    otp_tries = models.SmallIntegerField()
    otp_lock_min = models.IntegerField()
    otp_gap_s = models.IntegerField()
    otp_per_day_user = models.SmallIntegerField()
    otp_per_day_platform = models.SmallIntegerField()
    otp_per_day_person = models.SmallIntegerField()
    otp_wrong_per_day_platform = models.SmallIntegerField()
    otp_wrong_per_day_person = models.SmallIntegerField()
    allows_promotions = models.BooleanField()
    video_count = models.SmallIntegerField()
    code_shown_by = models.TextField()
    redeem_before_min = models.IntegerField()
    # Null: until the class ends (2021). A number: minutes after the session's start, inclusive (2023).
    redeem_after_min = models.IntegerField(null=True)
    self_paced_from_purchase = models.BooleanField()
    # Exclusive instant after which a class can no longer be completed; null in schemes without year-end cut-offs.
    complete_until = models.DateTimeField(null=True)
