"""What was tried for its days in vain is set aside for an operator, with the reason, instead of being given up and wiped."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

from prakerja.kernel.states import install_steps

_STATES = ("queued", "delivered", "sending", "failed_temporary", "failed_permanent", "undelivered")


class Migration(migrations.Migration):
    dependencies = [("notifications", "0006_outages")]
    operations = [
        migrations.AddField("message", "tries_began_at", models.DateTimeField(null=True)),
        migrations.AddField("message", "failure", models.TextField(blank=True, default="", db_default="")),
        migrations.RemoveConstraint("message", "notifications_message_status"),
        # No row has the new word yet, so none needs to be read under this lock; the next migration looks at them.
        AddConstraintNotValid(
            "message",
            models.CheckConstraint(condition=models.Q(status__in=_STATES), name="notifications_message_status"),
        ),
        install_steps(
            table="notifications_message",
            begins=["queued", "delivered"],
            steps=[
                ("queued", "sending"),
                ("failed_temporary", "sending"),
                ("sending", "delivered"),
                ("sending", "failed_temporary"),
                ("sending", "failed_permanent"),
                ("sending", "undelivered"),
                ("undelivered", "queued"),
                ("undelivered", "failed_permanent"),
            ],
        ),
    ]
