"""The database refuses what the state machines do not have, and the states of an application that nothing reached."""

from django.db import migrations, models

from prakerja.kernel.states import install_steps


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_refuse_steps_that_no_machine_has"), ("intake", "0003_awards_leave")]
    operations = [
        migrations.RemoveConstraint("application", "intake_application_status"),
        migrations.AddConstraint(
            "application",
            models.CheckConstraint(
                condition=models.Q(status__in=("waiting", "selected")), name="intake_application_status"
            ),
        ),
        # Why somebody was not selected comes back with the verb that says so.
        migrations.RemoveField("application", "reason"),
        install_steps(
            table="intake_application",
            begins=["waiting"],
            steps=[
                ("waiting", "selected"),
            ],
        ),
    ]
