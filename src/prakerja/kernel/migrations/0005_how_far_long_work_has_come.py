"""A row for each kind of long work, which says how far it has come: for operators."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0004_who_runs_it")]
    operations = [
        migrations.CreateModel(
            name="Progress",
            fields=[
                ("task", models.TextField(primary_key=True, serialize=False)),
                ("began_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("done", models.BigIntegerField(default=0)),
                ("remaining", models.BigIntegerField(null=True)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("done__gte", 0)), name="kernel_progress_done")]
            },
        )
    ]
