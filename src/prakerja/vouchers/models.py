"""The one code: `kode voucher` of 2021, `redeem_code` of the published contract (ADR 0004)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.kernel.models import PersonRow, owned_key, unindexed_foreign_key
from prakerja.kernel.sealed import IndexField, SealedField
from prakerja.vouchers.states import VOUCHER_STATES


class Voucher(PersonRow):
    code_enc = SealedField()
    institution = unindexed_foreign_key("partners.Partner")
    course_run = unindexed_foreign_key("catalogue.CourseRun")
    amount = models.BigIntegerField()
    status = models.TextField(default="issued")
    cancel_reason = models.TextField(blank=True)
    issued_at = models.DateTimeField()
    # The window in which the code may be entered, computed from the class and the scheme when it is issued. `until` is
    # exclusive.
    redeemable_from = models.DateTimeField()
    redeemable_until = models.DateTimeField()
    # When its owner is reminded of the end next. Null: not reckoned yet; the end itself: no reminder is left.
    remind_at = models.DateTimeField(null=True)
    redeemed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            owned_key("vouchers_voucher", "person"),
            models.CheckConstraint(condition=Q(status__in=VOUCHER_STATES.states()), name="vouchers_voucher_status"),
            models.CheckConstraint(
                condition=(Q(status="cancelled") & ~Q(cancel_reason=""))
                | (~Q(status="cancelled") & Q(cancel_reason="")),
                name="vouchers_voucher_cancel_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status="redeemed") | Q(redeemed_at__isnull=False),
                name="vouchers_voucher_redeemed_at",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="vouchers_voucher_amount"),
        ]
        indexes = [
            models.Index(fields=["redeemable_until"], name="vouchers_voucher_open", condition=Q(status="issued")),
            models.Index(
                fields=["issued_at"], name="vouchers_voucher_unreckoned", condition=Q(status="issued", remind_at=None)
            ),
            models.Index(
                fields=["remind_at"],
                name="vouchers_voucher_remind",
                condition=Q(status="issued", remind_at__lt=models.F("redeemable_until")),
            ),
            # An institution searches what was redeemed at it, by date (`purchases.search`).
            models.Index(
                fields=["institution", "redeemed_at", "id"],
                name="vouchers_voucher_redeemed",
                condition=Q(redeemed_at__isnull=False),
            ),
        ]


class CodeClaim(models.Model):
    """Blind index of a code → person and voucher: uniqueness across people, and the route of a redemption."""

    index = IndexField(primary_key=True)
    person_id = models.UUIDField()
    voucher_id = models.UUIDField()
