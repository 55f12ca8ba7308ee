from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    """Operators list what was set aside, and whom no SMS reaches, without reading every message there ever was."""

    atomic = False
    dependencies = [("notifications", "0007_set_aside")]
    operations = [
        ValidateConstraint("message", "notifications_message_status"),
        AddIndexConcurrently(
            "message",
            models.Index(
                fields=["created_at"],
                condition=models.Q(("channel", "sms"), ("status__in", ("failed_permanent", "undelivered"))),
                name="notifications_message_lost",
            ),
        ),
        AddIndexConcurrently(
            "message",
            models.Index(
                fields=["template", "channel", "failure"],
                condition=models.Q(("status", "undelivered")),
                name="notifications_message_aside",
            ),
        ),
        RemoveIndexConcurrently("message", "notifications_message_failed"),
    ]
