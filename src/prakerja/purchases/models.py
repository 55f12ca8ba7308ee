"""Intent → OTP → authorise → void."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.kernel.models import (
    KeyedRow,
    OwnedReference,
    PersonRow,
    owned_foreign_key,
    owned_key,
    unindexed_foreign_key,
)
from prakerja.purchases.states import INTENT_STATES


class PaymentIntent(PersonRow):
    """What send-otp promised: nothing has moved. The purchase's OTP stands here as a keyed hash bound to this id."""

    award = owned_foreign_key("awards.Award")
    platform = unindexed_foreign_key("partners.Partner")
    platform_user = models.TextField()
    course_run = unindexed_foreign_key("catalogue.CourseRun")
    amount = models.BigIntegerField()
    token_hash = models.BinaryField()
    otp_hash = models.BinaryField()
    failed_count = models.SmallIntegerField(default=0)
    status = models.TextField(default="otp_sent")
    created_at = models.DateTimeField()
    # Exclusive.
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            owned_key("purchases_paymentintent", "person"),
            OwnedReference(name="purchases_paymentintent_award_owned", field="award", to="awards_award"),
            # A new OTP replaces the open intent of the same platform, account and schedule only (decisions.md 58).
            models.UniqueConstraint(
                fields=["person", "platform", "course_run", "platform_user"],
                condition=Q(status="otp_sent"),
                name="purchases_paymentintent_one_open_for_a_user",
            ),
            models.CheckConstraint(
                condition=Q(status__in=INTENT_STATES.states()), name="purchases_paymentintent_status"
            ),
            models.CheckConstraint(condition=Q(failed_count__gte=0), name="purchases_paymentintent_tries"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="purchases_paymentintent_amount"),
        ]


class Purchase(PersonRow):
    award = owned_foreign_key("awards.Award")
    intent = owned_foreign_key("purchases.PaymentIntent")
    voucher = owned_foreign_key("vouchers.Voucher")
    platform = unindexed_foreign_key("partners.Partner")
    course = unindexed_foreign_key("catalogue.Course")
    # Indexed for an institution that calls a class off (`class_cancelling`).
    course_run = unindexed_foreign_key("catalogue.CourseRun", db_index=True)
    # 1 for the first training, which alone leads to the incentive.
    number = models.SmallIntegerField()
    # Ours: the contract's `transaction_code`.
    reference = models.TextField()
    invoice_code = models.TextField()
    invoice_url = models.TextField()
    amount = models.BigIntegerField()
    status = models.TextField(default="succeeded")
    # The next training may be bought only when none is open: closed by completion (2021), review (2023), void, expiry.
    is_open = models.BooleanField(default=True)
    authorised_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            owned_key("purchases_purchase", "person"),
            OwnedReference(name="purchases_purchase_award_owned", field="award", to="awards_award"),
            OwnedReference(name="purchases_purchase_intent_owned", field="intent", to="purchases_paymentintent"),
            OwnedReference(name="purchases_purchase_voucher_owned", field="voucher", to="vouchers_voucher"),
            models.UniqueConstraint(fields=["person", "intent"], name="purchases_purchase_intent_once"),
            models.UniqueConstraint(fields=["person", "voucher"], name="purchases_purchase_voucher_once"),
            models.UniqueConstraint(
                fields=["person", "award"],
                condition=Q(is_open=True),
                name="purchases_purchase_one_after_another",
            ),
            models.UniqueConstraint(
                fields=["person", "course"],
                condition=Q(status="succeeded"),
                name="purchases_purchase_course_once",
            ),
            models.CheckConstraint(
                condition=Q(status="succeeded", voided_at=None)
                | Q(status="voided", voided_at__isnull=False, is_open=False),
                name="purchases_purchase_status",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="purchases_purchase_amount"),
        ]
        # A platform searches its own purchases by date (`purchases.search`).
        indexes = [models.Index(fields=["platform", "authorised_at", "id"], name="purchases_purchase_search")]


class InvoiceClaim(KeyedRow):
    """(platform, invoice_code) → purchase: a platform's invoice pays once; also the route of status and void."""

    platform_id = models.UUIDField()
    invoice_code = models.TextField()
    person_id = models.UUIDField()
    purchase_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform_id", "invoice_code"], name="purchases_invoiceclaim_value")
        ]


class ReferenceClaim(models.Model):
    """Our transaction_code → purchase."""

    reference = models.TextField(primary_key=True)
    person_id = models.UUIDField()
    purchase_id = models.UUIDField()


class PlatformUserClaim(KeyedRow):
    """One account of a platform is one participant, both ways (decisions.md 6). Claimed at authorise: the OTP is the proof."""

    platform_id = models.UUIDField()
    platform_user = models.TextField()
    person_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform_id", "platform_user"], name="purchases_platformuserclaim_user"),
            models.UniqueConstraint(fields=["platform_id", "person_id"], name="purchases_platformuserclaim_person"),
        ]


class ClassCancellation(KeyedRow):
    """A class that was called off, and whether everybody who bought it has been dealt with.

    While `finished_at` is empty somebody may still wait for the price; whoever died on the way goes on from here.
    """

    course_run = models.OneToOneField("catalogue.CourseRun", on_delete=models.PROTECT, related_name="+")
    cancelled_at = models.DateTimeField()
    # Who called it off (`access.actors.Actor`): its institution, or an operator in its stead, with the reason.
    actor_kind = models.TextField()
    actor_id = models.TextField()
    reason = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["cancelled_at"], name="purchases_cancellation_open", condition=Q(finished_at=None))
        ]
