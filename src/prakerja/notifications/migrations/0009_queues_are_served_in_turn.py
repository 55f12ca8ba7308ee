from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

_WAITING = ("queued", "failed_temporary", "sending")
_URGENT = ("otp_attendance", "otp_link_account", "otp_phone", "otp_purchase", "otp_sign_in")


class Migration(migrations.Migration):
    """A wave's messages wait with each other, and nobody else behind them: the outbox is claimed by queues."""

    atomic = False
    dependencies = [("notifications", "0008_list_what_was_set_aside")]
    operations = [
        migrations.AddField("message", "queue", models.TextField(blank=True, default="", db_default="")),
        AddIndexConcurrently(
            "message",
            models.Index(
                fields=["channel", "queue", "template", "send_after"],
                condition=models.Q(("status__in", _WAITING)) & ~models.Q(("template__in", _URGENT)),
                name="notifications_message_queues",
            ),
        ),
        RemoveIndexConcurrently("message", "notifications_message_waiting"),
    ]
