"""The test of motivation and basic abilities: sittings and answers."""

import django.db.models.deletion
import prakerja.kernel.ids
import prakerja.kernel.models
from django.db import migrations, models

from prakerja.kernel.states import install_steps


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0007_consents_of_registering'),
        ('programmes', '0011_how_long_the_test_is'),
    ]

    operations = [
        migrations.CreateModel(
            name='Sitting',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('status', models.TextField(default='under_way')),
                ('questions', models.JSONField()),
                ('has_extra_time', models.BooleanField()),
                ('begun_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('literacy', models.SmallIntegerField(null=True)),
                ('numeracy', models.SmallIntegerField(null=True)),
                ('motivation', models.SmallIntegerField(null=True)),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('scheme_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programmes.schemeversion')),
            ],
        ),
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.SmallIntegerField()),
                ('choice', models.SmallIntegerField()),
                ('answered_at', models.DateTimeField()),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('sitting', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sittings.sitting')),
            ],
        ),
        migrations.AddIndex(
            model_name='sitting',
            index=models.Index(condition=models.Q(('status', 'under_way')), fields=['ends_at'], name='sittings_sitting_open'),
        ),
        migrations.AddConstraint(
            model_name='sitting',
            constraint=models.UniqueConstraint(fields=('person', 'id'), name='sittings_sitting_owned'),
        ),
        migrations.AddConstraint(
            model_name='sitting',
            constraint=models.UniqueConstraint(fields=('person',), name='sittings_sitting_one'),
        ),
        migrations.AddConstraint(
            model_name='sitting',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ('under_way', 'handed_in', 'timed_out'))), name='sittings_sitting_status'),
        ),
        migrations.AddConstraint(
            model_name='sitting',
            constraint=models.CheckConstraint(condition=models.Q(('begun_at__lt', models.F('ends_at')), models.Q(('ended_at', None), ('ended_at__lte', models.F('ends_at')), _connector='OR')), name='sittings_sitting_time'),
        ),
        migrations.AddConstraint(
            model_name='sitting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('status', 'under_way')), models.Q(models.Q(('status', 'under_way'), _negated=True), ('ended_at__isnull', False), ('literacy__isnull', False), ('motivation__isnull', False), ('numeracy__isnull', False)), _connector='OR'), name='sittings_sitting_ended'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.UniqueConstraint(fields=('person', 'id'), name='sittings_answer_owned'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=prakerja.kernel.models.OwnedReference(field='sitting', name='sittings_answer_sitting_owned', to='sittings_sitting'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.UniqueConstraint(fields=('person', 'sitting', 'number'), name='sittings_answer_once'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.CheckConstraint(condition=models.Q(('choice__gte', 0), ('number__gte', 1)), name='sittings_answer_range'),
        ),
        install_steps(
            table='sittings_sitting',
            begins=['under_way'],
            steps=[
                ('under_way', 'handed_in'),
                ('under_way', 'timed_out'),
            ],
        ),
    ]
