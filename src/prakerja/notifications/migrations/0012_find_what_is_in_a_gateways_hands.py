from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    """What waits for a gateway's word is found without reading every message there ever was."""

    atomic = False
    dependencies = [("notifications", "0011_told_when_sent_and_when_delivered")]
    operations = [
        ValidateConstraint("message", "notifications_message_status"),
        AddIndexConcurrently(
            "message",
            models.Index(
                fields=["send_after"],
                condition=models.Q(("status__in", ("handed_over", "unknown"))),
                name="notifications_message_in_hand",
            ),
        ),
    ]
