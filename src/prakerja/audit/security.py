"""What of the trail is about who got in, who did not, and who tried: operators read it on one page and by one command.

A row tells the act, when, and by which partner or operator. It holds no number, address, code or name.
"""

from __future__ import annotations

# An index has these words in it, so a new one comes with a migration.
SECURITY_ACTIONS = (
    "sign_in.done",
    "sign_in.locked",
    "link_account.otp_locked",
    "attendance.otp_locked",
    "purchase.otp_locked",
    "session.ended",
    "partner.cards_guessed",
    "partner.codes_wrong",
    "partner.signature_refused",
    "partner.key_added",
    "partner.key_revoked",
    "operator.signed_in",
    "operator.sign_in_refused",
    "operator.code_repeated",
    "operator.refused",
    "operator.password_chosen",
    "operator.password_changed",
    "operator.second_factor_reset",
    "operator.roles_set",
    "operator.disabled",
    "operator.enabled",
)
