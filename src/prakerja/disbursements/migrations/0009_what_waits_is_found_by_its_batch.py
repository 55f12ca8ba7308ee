"""A batch of hundreds of thousands is sent a few at a time, and closed without reading all of it."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Payments go on while the indexes are built.
    atomic = False
    dependencies = [("disbursements", "0008_an_account_has_one_owner")]
    operations = [
        AddIndexConcurrently(
            "paymentinstruction",
            models.Index(
                fields=["batch", "id"], name="disbursements_instr_to_send", condition=models.Q(("status", "drafted"))
            ),
        ),
        AddIndexConcurrently(
            "paymentinstruction",
            models.Index(fields=["batch"], name="disbursements_instr_sent", condition=models.Q(("status", "sent"))),
        ),
        AddIndexConcurrently(
            "paymentinstruction",
            models.Index(
                fields=["ask_at"],
                name="disbursements_instr_later",
                condition=models.Q(("ask_at__isnull", False), ("status", "drafted")),
            ),
        ),
        RemoveIndexConcurrently("paymentinstruction", "disbursements_instr_drafted"),
    ]
