"""A row that says who runs this database, because the lock of a session ends when the database restarts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_refuse_steps_that_no_machine_has")]
    operations = [
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("holder", models.UUIDField()),
                ("seen_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="kernel_run_one_row")]
            },
        )
    ]
