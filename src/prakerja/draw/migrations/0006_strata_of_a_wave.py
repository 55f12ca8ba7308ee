"""A wave's provinces with their weights, its priority groups, and which versions of rosters a list was made with."""

import django.db.models.deletion
import prakerja.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('draw', '0005_seats_that_came_back'),
        ('intake', '0010_a_nonce_for_the_draw'),
    ]

    operations = [
        migrations.AddField(
            model_name='applicantlist',
            name='rosters',
            field=models.JSONField(db_default=models.Value({}, output_field=models.JSONField()), default=dict),
        ),
        migrations.CreateModel(
            name='PriorityGroup',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('place', models.SmallIntegerField()),
                ('code', models.TextField()),
                ('roster', models.TextField()),
                ('seats', models.IntegerField()),
                ('scope', models.TextField()),
                ('wave', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='intake.wave')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('wave', 'code'), name='draw_prioritygroup_code'), models.UniqueConstraint(fields=('wave', 'place'), name='draw_prioritygroup_place'), models.UniqueConstraint(fields=('wave', 'roster'), name='draw_prioritygroup_roster'), models.CheckConstraint(condition=models.Q(('roster__in', ('PEKERJA_PHK', 'CALON_PMI', 'DISABILITAS', 'MISKIN_EKSTREM'))), name='draw_prioritygroup_priority'), models.CheckConstraint(condition=models.Q(('scope__in', ['stratum', 'national']), ('seats__gte', 0)), name='draw_prioritygroup_seats')],
            },
        ),
        migrations.CreateModel(
            name='Stratum',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('code', models.TextField()),
                ('weight', models.IntegerField()),
                ('wave', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='intake.wave')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('wave', 'code'), name='draw_stratum_once'), models.CheckConstraint(condition=models.Q(('weight__gte', 0)), name='draw_stratum_weight')],
            },
        ),
    ]
