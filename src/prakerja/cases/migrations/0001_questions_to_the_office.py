"""Questions and complaints that anybody may send to the office, and what was answered."""

from __future__ import annotations

import django.db.models.deletion
import prakerja.kernel.ids
from django.db import migrations, models

from prakerja.kernel.states import install_steps


class Migration(migrations.Migration):

    initial = True

    # The triggers call what it made.
    dependencies = [("kernel", "0003_refuse_steps_that_no_machine_has")]

    operations = [
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number_enc', models.BinaryField()),
                ('number_index', models.BinaryField(unique=True)),
                ('topic', models.TextField()),
                ('status', models.TextField(default='open')),
                ('contact_enc', models.BinaryField()),
                ('language', models.TextField(default='id')),
                ('opened_at', models.DateTimeField()),
                ('asked_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('browser_index', models.BinaryField(null=True)),
                ('network_index', models.BinaryField(null=True)),
                ('wiped_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('status', 'open')), fields=['asked_at', 'id'], name='cases_case_waiting'), models.Index(condition=models.Q(('browser_index__isnull', False)), fields=['opened_at'], name='cases_case_limits'), models.Index(condition=models.Q(('wiped_at', None)), fields=['closed_at'], name='cases_case_wiping')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ('open', 'answered', 'closed'))), name='cases_case_status'), models.CheckConstraint(condition=models.Q(('topic__in', ('sign_in', 'identity', 'selection', 'purchase', 'class', 'certificate', 'payment', 'fraud', 'site', 'other'))), name='cases_case_topic'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('status', 'closed')), models.Q(models.Q(('status', 'closed'), _negated=True), ('closed_at', None)), _connector='OR'), name='cases_case_closed')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.SmallIntegerField()),
                ('written_by', models.TextField(blank=True)),
                ('words_enc', models.BinaryField()),
                ('at', models.DateTimeField()),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='cases.case')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'number'), name='cases_entry_number')],
            },
        ),
        install_steps(
            table="cases_case",
            begins=["open"],
            steps=[
                ("open", "answered"),
                ("answered", "open"),
                ("open", "closed"),
                ("answered", "closed"),
            ],
        ),
    ]
