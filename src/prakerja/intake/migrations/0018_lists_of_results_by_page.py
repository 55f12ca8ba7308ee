"""Lists of results that are sent by page, and what operators ask the worker to do with them."""

import django.db.models.deletion
import prakerja.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0017_two_operators_import_results'),
    ]

    operations = [
        migrations.CreateModel(
            name='UploadedList',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('decree_number', models.TextField()),
                ('list_digest', models.TextField()),
                ('size', models.IntegerField()),
                ('announced_at', models.DateTimeField(null=True)),
                ('more_lists_follow', models.BooleanField()),
                ('uploaded_by', models.TextField()),
                ('uploaded_at', models.DateTimeField()),
                ('prepared', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='intake.preparedresults')),
                ('wave', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='intake.wave')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='UploadedLine',
            fields=[
                ('pk', models.CompositePrimaryKey('uploaded_id', 'line', 'fate', blank=True, editable=False, primary_key=True, serialize=False)),
                ('line', models.IntegerField()),
                ('fate', models.TextField()),
                ('reason', models.TextField()),
                ('known', models.UUIDField(null=True)),
                ('uploaded', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='intake.uploadedlist')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('fate', 'rejected'), ('known', None)), models.Q(('fate__in', ['different', 'awarded_different']), ('known__isnull', False)), _connector='OR'), name='intake_uploadedline_fate')],
            },
        ),
        migrations.CreateModel(
            name='AskedImport',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('step', models.TextField()),
                ('take_over', models.BooleanField()),
                ('is_short_deadline_confirmed', models.BooleanField()),
                ('asked_by', models.TextField()),
                ('asked_by_name', models.TextField()),
                ('asked_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('answer', models.TextField(blank=True, default='')),
                ('details', models.JSONField(default=dict)),
                ('uploaded', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='intake.uploadedlist')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('step__in', ['prepare', 'award'])), name='intake_askedimport_step'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('ended_at', None)), models.Q(('ended_at__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='intake_askedimport_ended'), models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('uploaded',), name='intake_askedimport_one_waits')],
            },
        ),
        migrations.CreateModel(
            name='UploadedPiece',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.SmallIntegerField()),
                ('content_enc', models.BinaryField()),
                ('uploaded', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='intake.uploadedlist')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('uploaded', 'number'), name='intake_uploadedpiece_one')],
            },
        ),
    ]
