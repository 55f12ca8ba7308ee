"""One consent of a participant, with the code and the tokens that came of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.kernel.models import PersonRow, owned_key, unindexed_foreign_key


class Grant(PersonRow):
    """An institution may know what the scopes say, until it ends.

    One row is one family (ADR 0014): its one code is exchanged for the first pair of tokens and each refresh replaces both.
    Limits (`…_expires_at`) are exclusive and wall time, because institutions compare them with their own clocks;
    `allowed_at` and `ended_at` are history and programme time.
    """

    partner = unindexed_foreign_key("partners.Partner")
    # Blank-separated, in the order asked.
    scopes = models.TextField()
    redirect_uri = models.TextField()
    # OpenID Connect: goes back in the id_token. "" when none was given.
    nonce = models.TextField(blank=True)
    # PKCE, S256. "" for the published call, whose codes are exchanged without a verifier.
    code_challenge = models.TextField(blank=True)
    # Unix wall seconds: when the participant had last proved to hold the phone.
    signed_in_at_s = models.BigIntegerField()
    code_hash = models.BinaryField()
    code_expires_at = models.DateTimeField()
    # NULL until the code was exchanged.
    access_hash = models.BinaryField(null=True)
    access_expires_at = models.DateTimeField(null=True)
    refresh_hash = models.BinaryField(null=True)
    refresh_expires_at = models.DateTimeField(null=True)
    allowed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            owned_key("grants_grant", "person"),
            models.CheckConstraint(
                condition=Q(access_hash=None, access_expires_at=None, refresh_hash=None, refresh_expires_at=None)
                | Q(
                    access_hash__isnull=False,
                    access_expires_at__isnull=False,
                    refresh_hash__isnull=False,
                    refresh_expires_at__isnull=False,
                ),
                name="grants_grant_tokens_together",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, end_reason="")
                | Q(
                    ended_at__isnull=False, end_reason__in=["participant", "institution", "code_reused", "token_reused"]
                ),
                name="grants_grant_ended",
            ),
        ]
