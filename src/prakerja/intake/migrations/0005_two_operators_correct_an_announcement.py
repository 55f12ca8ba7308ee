"""A wrong announcement is corrected by two people."""

import django.db.models.deletion
import prakerja.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0004_refuse_illegal_steps'),
    ]

    operations = [
        migrations.CreateModel(
            name='AnnouncementCorrection',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('announced_before', models.DateTimeField()),
                ('announced_at', models.DateTimeField()),
                ('reason', models.TextField()),
                ('prepared_by', models.TextField()),
                ('prepared_at', models.DateTimeField()),
                ('confirmed_by', models.TextField(blank=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('replaced_at', models.DateTimeField(null=True)),
                ('wave', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='intake.wave')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at', None), ('confirmed_by', '')), models.Q(('confirmed_at__isnull', False), models.Q(('confirmed_by', ''), _negated=True), models.Q(('confirmed_by', models.F('prepared_by')), _negated=True)), _connector='OR'), name='intake_announcementcorrection_two_people'), models.UniqueConstraint(condition=models.Q(('confirmed_at', None), ('replaced_at', None)), fields=('wave',), name='intake_announcementcorrection_one_open')],
            },
        ),
    ]
