"""Which reminders of the year's cut-offs everybody of a scheme version has been told of."""

import django.db.models.deletion
import prakerja.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('incentives', '0007_paid_although_the_class_was_called_off'),
        ('programmes', '0009_which_training_is_the_first'),
    ]

    operations = [
        migrations.CreateModel(
            name='CutoffReminder',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.TextField()),
                ('due_at', models.DateTimeField()),
                ('done_at', models.DateTimeField()),
                ('scheme_version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programmes.schemeversion')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('scheme_version', 'kind', 'due_at'), name='incentives_cutoffreminder_once')],
            },
        ),
    ]
