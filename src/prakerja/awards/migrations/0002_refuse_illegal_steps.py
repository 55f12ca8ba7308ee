"""The database refuses what the state machine does not have."""

from django.db import migrations

from prakerja.kernel.states import install_steps


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_refuse_steps_that_no_machine_has"), ("awards", "0001_a_context_of_its_own")]
    operations = [
        install_steps(
            table="awards_award",
            begins=["active"],
            steps=[
                ("active", "suspended"),
                ("active", "revoked"),
                ("active", "lapsed"),
                ("active", "withdrawn"),
                ("suspended", "active"),
                ("active", "annulled"),
                ("suspended", "annulled"),
                ("active", "finished"),
            ],
        ),
    ]
