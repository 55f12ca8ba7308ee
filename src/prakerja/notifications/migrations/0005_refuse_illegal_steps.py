"""The database refuses what the state machines do not have."""

from django.db import migrations, models

from prakerja.kernel.states import install_steps

_STATES = ("queued", "delivered", "sending", "failed_temporary", "failed_permanent")


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_refuse_steps_that_no_machine_has"), ("notifications", "0004_failed_for_good")]
    operations = [
        # The same words in another order: the constraint that stands says the same.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint("message", "notifications_message_status"),
                migrations.AddConstraint(
                    "message",
                    models.CheckConstraint(
                        condition=models.Q(status__in=_STATES), name="notifications_message_status"
                    ),
                ),
            ]
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
            ],
        ),
    ]
