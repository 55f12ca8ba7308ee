from django.db import migrations, models

CREATE = """
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS purchases_paymentintent_one_open_for_a_user
    ON purchases_paymentintent (person_id, platform_id, course_run_id, platform_user) WHERE status = 'otp_sent'
"""
DROP = "DROP INDEX IF EXISTS purchases_paymentintent_one_open_for_a_user"
OPEN = models.UniqueConstraint(
    condition=models.Q(("status", "otp_sent")),
    fields=("person", "platform", "course_run", "platform_user"),
    name="purchases_paymentintent_one_open_for_a_user",
)


class Migration(migrations.Migration):
    """Two accounts of one shop may wait for a code of the same card and class: neither ends what the other began."""

    # Buyers go on while it is built.
    atomic = False
    dependencies = [("purchases", "0011_the_index_that_a_renamed_one_dropped")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(CREATE, DROP)],
            state_operations=[migrations.AddConstraint("paymentintent", OPEN)],
        )
    ]
