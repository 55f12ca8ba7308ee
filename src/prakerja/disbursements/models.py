"""Where money goes and how: linked accounts, signed batches, instructions to providers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.kernel.models import KeyedRow, OwnedReference, PersonRow, owned_foreign_key, owned_key, reference
from prakerja.kernel.states import StateMachine

BATCH_STATES = StateMachine(
    "payment batch",
    {
        "drafted": ("approved", "closed"),
        "approved": ("authorised", "closed"),
        "authorised": ("released", "closed"),
        "released": ("closed",),
        "closed": (),
    },
)
INSTRUCTION_STATES = StateMachine(
    "payment instruction",
    {
        "drafted": ("held", "cancelled", "sent"),
        "held": (),
        "cancelled": (),
        "sent": ("settled", "failed"),
        "settled": ("returned",),
        "failed": (),
        "returned": (),
    },
)


class PayoutAccount(PersonRow):
    kind = models.TextField()
    provider = models.TextField()
    number_enc = models.BinaryField()
    holder_name = models.TextField(blank=True)
    nik_matches = models.BooleanField()
    is_kyc_complete = models.BooleanField()
    linked_at = models.DateTimeField()
    unlinked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            owned_key("disbursements_payoutaccount", "person"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(unlinked_at=None), name="disbursements_payoutaccount_one_live"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["bank_account", "e_wallet"]), name="disbursements_payoutaccount_kind"
            ),
        ]


class PaymentBatch(KeyedRow):
    provider = models.TextField()
    pay_date = models.DateField()
    status = models.TextField(default="drafted")
    drafted_at = models.DateTimeField()
    approved_by = models.TextField(blank=True)
    authorised_by = models.TextField(blank=True)
    released_by = models.TextField(blank=True)
    released_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=BATCH_STATES.states()), name="disbursements_batch_status"),
            # Two runners that draft at once put their instructions into the same batch.
            models.UniqueConstraint(
                fields=["provider", "pay_date"],
                condition=Q(status="drafted"),
                name="disbursements_batch_one_drafted",
            ),
        ]


class PaymentInstruction(PersonRow):
    batch = reference("disbursements.PaymentBatch", db_index=True)
    payout_account = owned_foreign_key("disbursements.PayoutAccount")
    reference = models.TextField()
    amount = models.BigIntegerField()
    status = models.TextField(default="drafted")
    reason = models.TextField(blank=True)
    follow_up_of = owned_foreign_key("disbursements.PaymentInstruction", null=True)
    pay_date = models.DateField()
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # When to ask the provider about a transfer without an answer; null = not at all (answered, or asked too often).
    ask_at = models.DateTimeField(null=True)
    ask_count = models.SmallIntegerField(default=0)

    class Meta:
        constraints = [
            owned_key("disbursements_paymentinstruction", "person"),
            OwnedReference(
                name="disbursements_instruction_account",
                field="payout_account",
                to="disbursements_payoutaccount",
            ),
            OwnedReference(
                name="disbursements_instruction_follow_up_of",
                field="follow_up_of",
                to="disbursements_paymentinstruction",
            ),
            models.UniqueConstraint(fields=["person", "follow_up_of"], name="disbursements_instruction_one_follow_up"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="disbursements_instruction_amount"),
            models.CheckConstraint(
                condition=Q(status__in=INSTRUCTION_STATES.states()), name="disbursements_instruction_status"
            ),
        ]
        indexes = [
            models.Index(fields=["ask_at"], name="disbursements_instruction_ask", condition=Q(status="sent")),
            models.Index(fields=["batch"], name="disbursements_instr_drafted", condition=Q(status="drafted")),
        ]


class ReferenceClaim(KeyedRow):
    """(provider, reference) → instruction: what a bank's call back knows, and that no reference is used twice."""

    provider = models.TextField()
    reference = models.TextField()
    person_id = models.UUIDField()
    instruction_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "reference"], name="disbursements_referenceclaim_value")
        ]
