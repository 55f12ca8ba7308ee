"""A list of results is read by one operator and confirmed by another."""

import django.db.models.deletion
import prakerja.kernel.ids
from django.db import migrations, models

from prakerja.kernel.states import install_steps_sql

# Those of the release before.
STEPS = [
    ('reading', 'awarding'),
    ('reading', 'done'),
    ('awarding', 'done'),
    ('reading', 'refused'),
    ('awarding', 'given_up'),
]


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0016_two_announce_and_change_a_wave'),
    ]

    operations = [
        migrations.CreateModel(
            name='PreparedResults',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('decree_number', models.TextField()),
                ('list_digest', models.TextField()),
                ('announced_at', models.DateTimeField(null=True)),
                ('more_lists_follow', models.BooleanField()),
                ('people', models.IntegerField()),
                ('already', models.IntegerField()),
                ('different', models.IntegerField()),
                ('rejected', models.IntegerField()),
                ('prepared_by', models.TextField()),
                ('prepared_at', models.DateTimeField()),
                ('confirmed_by', models.TextField(blank=True, default='')),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('replaced_at', models.DateTimeField(null=True)),
                ('back_asked_by', models.TextField(blank=True, default='')),
                ('back_asked_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='resultimport',
            name='intake_resultimport_status',
        ),
        migrations.AddConstraint(
            model_name='resultimport',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ('reading', 'awarding', 'done', 'prepared', 'refused', 'given_up'))), name='intake_resultimport_status'),
        ),
        migrations.AddField(
            model_name='preparedresults',
            name='wave',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='intake.wave'),
        ),
        migrations.AddConstraint(
            model_name='preparedresults',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at', None), ('confirmed_by', '')), models.Q(('confirmed_at__isnull', False), models.Q(('confirmed_by', ''), _negated=True), models.Q(('confirmed_by', models.F('prepared_by')), _negated=True)), _connector='OR'), name='intake_preparedresults_two_people'),
        ),
        migrations.AddConstraint(
            model_name='preparedresults',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('back_asked_at', None), ('back_asked_by', '')), models.Q(models.Q(('back_asked_by', ''), _negated=True), ('back_asked_at__isnull', False), models.Q(('back_asked_by', models.F('prepared_by')), _negated=True)), _connector='OR'), name='intake_preparedresults_asked_back'),
        ),
        migrations.AddConstraint(
            model_name='preparedresults',
            constraint=models.UniqueConstraint(condition=models.Q(('confirmed_at', None), ('replaced_at', None)), fields=('wave',), name='intake_preparedresults_one_waits'),
        ),
        migrations.RunSQL(
            [*install_steps_sql(table='intake_resultimport', begins=['reading'], steps=[*STEPS, ('reading', 'prepared')])],
            [*install_steps_sql(table='intake_resultimport', begins=['reading'], steps=STEPS)],
        ),
    ]
