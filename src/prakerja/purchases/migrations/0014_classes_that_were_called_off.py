"""A class that was called off has a row that says whether its buyers were dealt with; also those of before, whose buyers wait."""

from typing import Any

import django.db.models.deletion
import prakerja.kernel.ids
from django.db import migrations, models


def buyers_wait(apps: Any, schema_editor: Any) -> None:
    """Whoever bought one of these is paid back by the first worker that runs, unless the platform did so."""
    runs = apps.get_model("catalogue", "CourseRun").objects.filter(cancelled_at__isnull=False)
    apps.get_model("purchases", "ClassCancellation").objects.bulk_create(
        apps.get_model("purchases", "ClassCancellation")(
            course_run_id=run_id,
            cancelled_at=cancelled_at,
            actor_kind="partner",
            actor_id=str(institution_id),
        )
        for run_id, cancelled_at, institution_id in runs.values_list("id", "cancelled_at", "course__institution_id")
    )


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0005_refuse_illegal_steps'),
        ('purchases', '0013_one_shop_does_not_shut_a_card_out_of_the_others'),
    ]

    operations = [
        migrations.CreateModel(
            name='ClassCancellation',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('cancelled_at', models.DateTimeField()),
                ('actor_kind', models.TextField()),
                ('actor_id', models.TextField()),
                ('reason', models.TextField(blank=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('course_run', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.courserun')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('finished_at', None)), fields=['cancelled_at'], name='purchases_cancellation_open')],
            },
        ),
        migrations.RunPython(buyers_wait, migrations.RunPython.noop),
    ]
