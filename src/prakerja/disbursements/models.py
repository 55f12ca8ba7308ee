"""Where money goes and how: linked accounts, signed batches, payments, and every attempt to send or ask.

A `provider` is the bank or e-wallet that keeps an account, a `rail` the partner that money is sent through.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.disbursements.rails.base import ANSWERS
from prakerja.disbursements.rails.terms import TERMS
from prakerja.disbursements.states import BATCH_STATES, DISCREPANCY_STATES, INSTRUCTION_STATES
from prakerja.kernel.models import (
    KeyedRow,
    OwnedReference,
    PersonRow,
    owned_foreign_key,
    owned_key,
    unindexed_foreign_key,
)
from prakerja.kernel.sealed import IndexField, SealedField

RAIL_NAMES = tuple(TERMS)
# What a row of PaymentAttempt stands for: an order, a question of ours, a call of theirs.
ATTEMPTS = ("send", "ask", "callback")
# What an operator decides about a discrepancy: the rail is right, or what we know is.
DECISIONS = ("accepted", "dismissed")


class PayoutAccount(PersonRow):
    kind = models.TextField()
    provider = models.TextField()
    number_enc = SealedField()
    holder_name = models.TextField(blank=True)
    nik_matches = models.BooleanField()
    is_kyc_complete = models.BooleanField()
    linked_at = models.DateTimeField()
    unlinked_at = models.DateTimeField(null=True)
    # When whoever pays by it took notice of a new account (`take_new_accounts`): what waited for one goes on then.
    noticed_at = models.DateTimeField(null=True)

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
        indexes = [
            models.Index(
                fields=["linked_at", "id"],
                name="disbursements_account_new",
                condition=Q(noticed_at=None, unlinked_at=None),
            )
        ]


class AccountClaim(KeyedRow):
    """(provider, bank account's number) → the person who has it linked as their own (`disbursements.claims`)."""

    index = IndexField()
    person_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["index"], name="disbursements_accountclaim_value")]


class PaymentBatch(KeyedRow):
    rail = models.TextField()
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
                fields=["rail", "provider", "pay_date"],
                condition=Q(status="drafted"),
                name="disbursements_batch_one_drafted",
            ),
        ]


class RailPause(KeyedRow):
    """A rail that was busy or not reached, and until when it is left alone (`pausing`); no row once it has answered again."""

    rail = models.TextField()
    reason = models.TextField()
    refusals = models.SmallIntegerField()
    # Programme time.
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rail"], name="disbursements_railpause_rail"),
            models.CheckConstraint(
                condition=Q(reason__in=["busy", "unreachable"]), name="disbursements_railpause_reason"
            ),
        ]


class PaymentInstruction(PersonRow):
    batch = unindexed_foreign_key("disbursements.PaymentBatch", db_index=True)
    payout_account = owned_foreign_key("disbursements.PayoutAccount")
    # Who owes it, and the payer's own row (payers.py).
    payer = models.TextField()
    owed_id = models.UUIDField()
    # The only partner that this payment is ever sent through and asked about, and what it calls the payment.
    rail = models.TextField()
    rail_reference = models.TextField(blank=True)
    reference = models.TextField()
    amount = models.BigIntegerField()
    status = models.TextField(default="drafted")
    reason = models.TextField(blank=True)
    follow_up_of = owned_foreign_key("disbursements.PaymentInstruction", null=True)
    pay_date = models.DateField()
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # When to ask the rail: how this one stands, while it could still change; of a draft, how those before it stand.
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
            # What is owed is paid once: two that were drafted, sent or settled for it cannot exist.
            models.UniqueConstraint(
                fields=["person", "payer", "owed_id"],
                condition=Q(status__in=INSTRUCTION_STATES.group("LIVE")),
                name="disbursements_instruction_one_live",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="disbursements_instruction_amount"),
            models.CheckConstraint(
                condition=Q(status__in=INSTRUCTION_STATES.states()), name="disbursements_instruction_status"
            ),
            models.CheckConstraint(condition=Q(rail__in=RAIL_NAMES), name="disbursements_instruction_rail"),
        ]
        indexes = [
            models.Index(fields=["ask_at"], name="disbursements_to_ask_about", condition=Q(ask_at__isnull=False)),
            models.Index(fields=["person", "payer", "owed_id"], name="disbursements_instr_owed"),
            models.Index(fields=["batch", "id"], name="disbursements_instr_to_send", condition=Q(status="drafted")),
            models.Index(fields=["batch"], name="disbursements_instr_sent", condition=Q(status="sent")),
            # Follow-ups that wait until the rail says how those before them stand.
            models.Index(
                fields=["ask_at"], name="disbursements_instr_later", condition=Q(status="drafted", ask_at__isnull=False)
            ),
        ]


class PaymentAttempt(PersonRow):
    """One call about a payment: written down before it is made, so that a crash leaves a row without an answer."""

    instruction = owned_foreign_key("disbursements.PaymentInstruction")
    rail = models.TextField()
    kind = models.TextField()
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    # The rail's word as `rails.base.ANSWERS` has it; empty until it is known.
    answer = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    # Whole rupiah, when the rail says how much it paid.
    amount = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            owned_key("disbursements_paymentattempt", "person"),
            OwnedReference(
                name="disbursements_attempt_instruction", field="instruction", to="disbursements_paymentinstruction"
            ),
            models.CheckConstraint(condition=Q(kind__in=ATTEMPTS), name="disbursements_attempt_kind"),
            models.CheckConstraint(condition=Q(answer__in=["", *ANSWERS]), name="disbursements_attempt_answer"),
        ]
        indexes = [models.Index(fields=["person", "instruction"], name="disbursements_attempt_of")]


class Discrepancy(PersonRow):
    """A rail said something against what we know. Open, it is an operator's case and stops every follow-up."""

    instruction = owned_foreign_key("disbursements.PaymentInstruction")
    # The state of the payment when it was found, and the rail's word (`rails.base.ANSWERS`).
    known = models.TextField()
    said = models.TextField()
    # Whole rupiah, when the rail says another amount than ours.
    said_amount = models.BigIntegerField(null=True)
    reason = models.TextField(blank=True)
    # By what it was found: our question, the answer to an order, or a call of theirs.
    found_by = models.TextField()
    found_at = models.DateTimeField()
    status = models.TextField(default="open")
    decision = models.TextField(blank=True)
    resolved_by = models.TextField(blank=True)
    resolved_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            owned_key("disbursements_discrepancy", "person"),
            OwnedReference(
                name="disbursements_discrepancy_instruction",
                field="instruction",
                to="disbursements_paymentinstruction",
            ),
            # Said again, it is the same case, also after it was resolved: the daily question would reopen it for ever.
            models.UniqueConstraint(
                fields=["person", "instruction", "known", "said", "said_amount"],
                name="disbursements_discrepancy_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(status__in=DISCREPANCY_STATES.states()), name="disbursements_discrepancy_status"
            ),
            models.CheckConstraint(condition=Q(found_by__in=ATTEMPTS), name="disbursements_discrepancy_found_by"),
            models.CheckConstraint(condition=Q(said__in=ANSWERS), name="disbursements_discrepancy_said"),
            models.CheckConstraint(
                condition=Q(status="open", decision="", resolved_at=None)
                | Q(status="resolved", decision__in=DECISIONS, resolved_at__isnull=False) & ~Q(note=""),
                name="disbursements_discrepancy_resolved",
            ),
        ]
        indexes = [models.Index(fields=["found_at"], name="disbursements_discrepancy_open", condition=Q(status="open"))]


class ReferenceClaim(KeyedRow):
    """(rail, reference) → instruction: what a rail's callback knows, and that no reference is used twice."""

    rail = models.TextField()
    reference = models.TextField()
    person_id = models.UUIDField()
    instruction_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rail", "reference"], name="disbursements_referenceclaim_value")]
