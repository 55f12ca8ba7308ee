"""How far the import of a list is, and its rows while it runs."""

import django.db.models.deletion
import prakerja.kernel.ids
from django.db import migrations, models

from prakerja.kernel.states import install_steps


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0005_two_operators_correct_an_announcement'),
    ]

    operations = [
        migrations.CreateModel(
            name='ListedLine',
            fields=[
                ('number', models.IntegerField(primary_key=True, serialize=False)),
                ('fate', models.TextField(blank=True, default='')),
                ('reason', models.TextField(blank=True, default='')),
                ('differing', models.TextField(blank=True, default='')),
                ('known', models.UUIDField(null=True)),
                ('nik_index', models.BinaryField(null=True)),
                ('family_index', models.BinaryField(null=True)),
                ('phone_index', models.BinaryField(null=True)),
                ('email_index', models.BinaryField(null=True)),
                ('name', models.TextField(null=True)),
                ('birth_date', models.DateField(null=True)),
                ('province_code', models.TextField(null=True)),
                ('education', models.SmallIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ResultImport',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('decree_number', models.TextField()),
                ('status', models.TextField(default='reading')),
                ('list_digest', models.TextField()),
                ('announced_at', models.DateTimeField()),
                ('begun_by', models.TextField()),
                ('begun_at', models.DateTimeField()),
                ('begun_wall', models.DateTimeField()),
                ('seen_wall', models.DateTimeField()),
                ('lines_read', models.IntegerField(default=0)),
                ('people', models.IntegerField(null=True)),
                ('awarded', models.IntegerField(default=0)),
                ('awarded_until', models.IntegerField(default=0)),
                ('ended_at', models.DateTimeField(null=True)),
                ('wave', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='intake.wave')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ('reading', 'awarding', 'done', 'refused', 'given_up'))), name='intake_resultimport_status'), models.UniqueConstraint(condition=models.Q(('status', 'awarding')), fields=('status',), name='intake_resultimport_one_awards')],
            },
        ),
        install_steps(
            table='intake_resultimport',
            begins=['reading'],
            steps=[
                ('reading', 'awarding'),
                ('reading', 'done'),
                ('awarding', 'done'),
                ('reading', 'refused'),
                ('awarding', 'given_up'),
            ],
        ),
    ]
