"""An incentive whose payment arrived after all, as an operator found, is paid."""

from django.db import migrations

from prakerja.kernel.states import install_steps


class Migration(migrations.Migration):
    dependencies = [("incentives", "0004_refuse_illegal_steps")]
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
                ("due", "paid"),
                ("held", "paid"),
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
