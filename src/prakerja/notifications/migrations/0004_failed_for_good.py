from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Operators list whom no SMS reaches; without it that list would read every message there ever was."""

    atomic = False
    dependencies = [("notifications", "0003_one_time_passwords_first")]
    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                fields=["created_at"],
                condition=models.Q(("channel", "sms"), ("status", "failed_permanent")),
                name="notifications_message_failed",
            ),
        ),
    ]
