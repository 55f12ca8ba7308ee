"""Long steps are asked for by page, and made by the worker."""

import django.db.models.deletion
from django.db import migrations, models

from prakerja.kernel.ids import new_id


class Migration(migrations.Migration):
    dependencies = [("draw", "0006_strata_of_a_wave")]
    operations = [
        migrations.CreateModel(
            name="AskedStep",
            fields=[
                ("id", models.UUIDField(default=new_id, editable=False, primary_key=True, serialize=False)),
                ("step", models.TextField()),
                ("given", models.JSONField(default=dict)),
                ("asked_by", models.TextField()),
                ("asked_by_name", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("stop_asked_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("outcome", models.TextField(blank=True, default="")),
                ("details", models.JSONField(default=dict)),
                (
                    "draw",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="draw.draw"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("draw",), name="draw_askedstep_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ended_at", None), ("outcome", ""))
                        | (models.Q(("ended_at__isnull", False)) & ~models.Q(("outcome", ""))),
                        name="draw_askedstep_ended",
                    ),
                ]
            },
        ),
    ]
