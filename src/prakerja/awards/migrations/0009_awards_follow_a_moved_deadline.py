"""A wave's deadline that is moved stands in one row at once; its awards follow it in chunks."""

import uuid

from django.db import migrations, models

import prakerja.kernel.ids


class Migration(migrations.Migration):
    dependencies = [("awards", "0008_whose_incentives_are_planned")]
    operations = [
        migrations.CreateModel(
            name="DeadlineMove",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("wave_id", models.UUIDField()),
                ("before", models.DateTimeField()),
                ("deadline", models.DateTimeField()),
                ("reason", models.TextField()),
                ("actor_kind", models.TextField()),
                ("actor_id", models.TextField()),
                ("set_at", models.DateTimeField()),
                ("people", models.IntegerField()),
                ("moved", models.IntegerField(default=0)),
                ("reached", models.UUIDField(default=uuid.UUID(int=0))),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("finished_at", None)),
                        fields=("wave_id",),
                        name="awards_deadlinemove_one_open",
                    )
                ],
            },
        ),
    ]
