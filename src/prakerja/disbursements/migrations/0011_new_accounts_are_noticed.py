"""Whoever waits for an account to be linked finds it by an index instead of asking for everybody's."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # The programme goes on while the index is built.
    atomic = False
    dependencies = [("disbursements", "0010_a_rail_is_left_alone")]
    operations = [
        migrations.AddField("payoutaccount", "noticed_at", models.DateTimeField(null=True)),
        AddIndexConcurrently(
            "payoutaccount",
            models.Index(
                fields=["linked_at", "id"],
                condition=models.Q(("noticed_at", None), ("unlinked_at", None)),
                name="disbursements_account_new",
            ),
        ),
    ]
