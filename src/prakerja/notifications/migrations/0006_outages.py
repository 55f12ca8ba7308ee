"""Signs of life of what sends, and the times in which nobody could be told anything."""

import prakerja.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0005_refuse_illegal_steps'),
    ]

    operations = [
        migrations.CreateModel(
            name='Lifesign',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('seen_at', models.DateTimeField()),
                ('seen_wall', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='notifications_lifesign_one')],
            },
        ),
        migrations.CreateModel(
            name='Outage',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['ended_at'], name='notifications_outage_ended')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ended_at__gt', models.F('began_at'))), name='notifications_outage_lasted'), models.UniqueConstraint(fields=('began_at',), name='notifications_outage_once')],
            },
        ),
    ]
