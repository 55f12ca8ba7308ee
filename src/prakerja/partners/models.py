"""Platforms, institutions and their credentials."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.kernel.models import KeyedRow, unindexed_foreign_key
from prakerja.kernel.sealed import SealedField


class Partner(KeyedRow):
    kind = models.TextField()
    code = models.TextField(unique=True)
    name = models.TextField()
    city = models.TextField(blank=True)
    # Where an institution teaches: street and house, and the two digits of the province, as a person's.
    address = models.TextField(blank=True, default="", db_default="")
    province_code = models.TextField(blank=True, default="", db_default="")
    about = models.TextField(blank=True)
    how_to_redeem = models.TextField(blank=True)
    website = models.TextField(blank=True)
    redirect_uris = models.JSONField(default=list)
    # Origins (`http://127.0.0.1:8005`) whose files and webhooks may be called although they are not public. They count for
    # a sandbox partner of a sandbox only (`queries.trusted_origins`).
    file_origins = models.JSONField(default=list)
    # `payable:<code>`; institutions only.
    payable = unindexed_foreign_key("ledger.Account", null=True)
    is_sandbox = models.BooleanField(default=False)
    legacy_commit = models.BooleanField(default=False)
    rate_limit_per_minute = models.IntegerField(default=6000)
    # Networks (`203.0.113.0/24`) that its calls may come from; empty: any.
    allowed_networks = models.JSONField(default=list)
    # `token /api/v1/…/authorize`, `query /api/v1/oauth/authorize`: what this partner was seen to sign there, once at least.
    strong_forms = models.JSONField(default=list)
    # An operator lets it sign less again (`prakerja partner rules --signatures any`).
    accepts_weaker_forms = models.BooleanField(default=False)
    # Membership has dates: Sekolahmu left and Kariermu came within days (rules.md 1.1).
    member_from = models.DateTimeField()
    member_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["platform", "institution"]), name="partners_partner_kind"),
            models.CheckConstraint(
                condition=Q(kind="platform") | Q(payable__isnull=False),
                name="partners_partner_institution_payable",
            ),
        ]


class ApiCredential(KeyedRow):
    """One live key of a partner. Several may live at once, so that a partner can rotate without a gap.

    The key is sealed, not hashed: HMAC needs it back.
    """

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT)
    client_code = models.TextField(db_index=True)
    sign_key_enc = SealedField()
    # By it the key is known again where an institution gives it as its client secret (`policies.hash_of_key`): the participants'
    # door, where that is asked, reads this and no key. Null in a row of the release before this column.
    secret_hash = models.BinaryField(null=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)


class Epoch(models.Model):
    """One row, counted up by whatever changes a partner or a key, so that doors know when what they remember is old."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="partners_epoch_one_row")]


class UsedNonce(KeyedRow):
    """A nonce that a partner has signed with. Kept for as long as its timestamp could still pass; wall time."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, db_index=False)
    nonce = models.TextField()
    used_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "nonce"], name="partners_usednonce_once")]


class FirstAnswer(KeyedRow):
    """What a write under an Idempotency-Key was answered with; made in the write's own transaction. `at` is wall time."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, db_index=False)
    key = models.TextField()
    call = models.TextField()
    content_hash = models.BinaryField()
    answer = models.JSONField(default=dict)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "key"], name="partners_firstanswer_once")]


class Allowance(models.Model):
    """What is left of a limit that all doors count together (`allowances`). Not logged; wall time."""

    name = models.BinaryField(primary_key=True)
    # Millionths of a call.
    remaining = models.BigIntegerField()
    # How many calls the last one who asked got.
    granted = models.BigIntegerField()
    counted_at = models.DateTimeField()
