"""A report of completion may be taken back; then its row stays for the trail, and the code may be reported anew."""

from django.db import migrations, models

_LIVE = models.UniqueConstraint(
    fields=["person", "voucher"], condition=models.Q(withdrawn_at=None), name="training_completion_one_live"
)


class Migration(migrations.Migration):
    # Institutions go on reporting while the index is built; the old rule goes when the new one stands.
    atomic = False
    dependencies = [("training", "0009_cite_the_published_contract")]
    operations = [
        migrations.AddField("completion", "withdrawn_at", models.DateTimeField(null=True)),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint("completion", "training_completion_once"),
                migrations.AddConstraint("completion", _LIVE),
            ],
            database_operations=[
                migrations.RunSQL(
                    """CREATE UNIQUE INDEX CONCURRENTLY training_completion_one_live
                           ON training_completion (person_id, voucher_id) WHERE withdrawn_at IS NULL""",
                    "DROP INDEX training_completion_one_live",
                ),
                migrations.RunSQL(
                    "ALTER TABLE training_completion DROP CONSTRAINT training_completion_once",
                    """ALTER TABLE training_completion
                         ADD CONSTRAINT training_completion_once UNIQUE (person_id, voucher_id)""",
                ),
            ],
        ),
    ]
