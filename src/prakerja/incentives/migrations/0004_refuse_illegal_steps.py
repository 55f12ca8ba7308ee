"""The database refuses what the state machines do not have."""

from django.db import migrations

from prakerja.kernel.states import install_steps


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_refuse_steps_that_no_machine_has"), ("incentives", "0003_awards_by_their_own_name")]
    operations = [
        install_steps(
            table="incentives_incentive",
            begins=["planned", "due"],
            steps=[
                ("planned", "due"),
                ("due", "held"),
                ("instructed", "held"),
                ("held", "due"),
                ("due", "instructed"),
                ("instructed", "paid"),
                ("instructed", "due"),
                ("paid", "due"),
                ("planned", "lapsed"),
                ("due", "lapsed"),
                ("held", "lapsed"),
                ("planned", "cancelled"),
                ("due", "cancelled"),
                ("held", "cancelled"),
            ],
        ),
    ]
