"""The database refuses what the state machines do not have."""

from django.db import migrations

from prakerja.kernel.states import install_steps


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_refuse_steps_that_no_machine_has"), ("webhooks", "0001_initial")]
    operations = [
        install_steps(
            table="webhooks_delivery",
            begins=["pending"],
            steps=[
                ("pending", "delivered"),
                ("pending", "failed"),
                ("delivered", "pending"),
                ("failed", "pending"),
            ],
        ),
    ]
