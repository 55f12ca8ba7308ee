from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Operators read who got in and who tried: a small index beside a large table."""

    # Everybody goes on writing while it is built.
    atomic = False
    dependencies = [("audit", "0003_who_can_act")]
    operations = [
        AddIndexConcurrently(
            "record",
            models.Index(
                condition=models.Q(
                    (
                        "action__in",
                        (
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
                        ),
                    )
                ),
                fields=["recorded_at"],
                name="audit_record_security",
            ),
        )
    ]
