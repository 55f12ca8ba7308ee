"""Lists of people that other offices keep: their versions, who stands on them by a blind index, and which version counts."""

import django.db.models.deletion
import prakerja.kernel.ids
from django.db import migrations, models
from prakerja.kernel.states import install_steps


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('kernel', '0003_refuse_steps_that_no_machine_has'),
    ]

    operations = [
        migrations.CreateModel(
            name='ListedNik',
            fields=[
                ('pk', models.CompositePrimaryKey('nik_index', 'version', blank=True, editable=False, primary_key=True, serialize=False)),
                ('nik_index', models.BinaryField()),
                ('version', models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='RejectedLine',
            fields=[
                ('pk', models.CompositePrimaryKey('version', 'line', blank=True, editable=False, primary_key=True, serialize=False)),
                ('version', models.IntegerField()),
                ('line', models.IntegerField()),
                ('reason', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='Version',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('roster', models.TextField()),
                ('number', models.IntegerField()),
                ('short', models.IntegerField(unique=True)),
                ('status', models.TextField(default='reading')),
                ('list_digest', models.TextField()),
                ('begun_by', models.TextField()),
                ('begun_at', models.DateTimeField()),
                ('begun_wall', models.DateTimeField()),
                ('seen_wall', models.DateTimeField()),
                ('lines_read', models.IntegerField(default=0)),
                ('entries', models.IntegerField(default=0)),
                ('twice', models.IntegerField(default=0)),
                ('rejected', models.IntegerField(default=0)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('roster', 'number'), name='rosters_version_number'), models.CheckConstraint(condition=models.Q(('roster__in', ('DTKS', 'BSU', 'BPUM', 'DAPODIK', 'PEJABAT_NEGARA', 'DPRD', 'ASN', 'TNI', 'POLRI', 'PERANGKAT_DESA', 'BUMN_BUMD', 'PERNAH_MENERIMA', 'BLACKLIST', 'PEKERJA_PHK', 'CALON_PMI', 'DISABILITAS', 'MISKIN_EKSTREM'))), name='rosters_version_roster'), models.CheckConstraint(condition=models.Q(('status__in', ('reading', 'read', 'refused'))), name='rosters_version_status'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('status', 'reading')), models.Q(models.Q(('status', 'reading'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='rosters_version_ended'), models.UniqueConstraint(condition=models.Q(('status', 'reading')), fields=('roster',), name='rosters_version_one_is_read')],
            },
        ),
        migrations.CreateModel(
            name='Turn',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('roster', models.TextField()),
                ('counts_from', models.DateTimeField(null=True)),
                ('reason', models.TextField(blank=True)),
                ('prepared_by', models.TextField()),
                ('prepared_at', models.DateTimeField()),
                ('confirmed_by', models.TextField(blank=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('replaced_at', models.DateTimeField(null=True)),
                ('version', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rosters.version')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('roster__in', ('DTKS', 'BSU', 'BPUM', 'DAPODIK', 'PEJABAT_NEGARA', 'DPRD', 'ASN', 'TNI', 'POLRI', 'PERANGKAT_DESA', 'BUMN_BUMD', 'PERNAH_MENERIMA', 'BLACKLIST', 'PEKERJA_PHK', 'CALON_PMI', 'DISABILITAS', 'MISKIN_EKSTREM'))), name='rosters_turn_roster'), models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at', None), ('confirmed_by', '')), models.Q(('confirmed_at__isnull', False), ('counts_from__isnull', False), ('replaced_at', None), models.Q(('confirmed_by', ''), _negated=True), models.Q(('confirmed_by', models.F('prepared_by')), _negated=True)), _connector='OR'), name='rosters_turn_two_people'), models.CheckConstraint(condition=models.Q(('confirmed_at', None), ('counts_from__gte', models.F('confirmed_at')), _connector='OR'), name='rosters_turn_never_backwards'), models.UniqueConstraint(condition=models.Q(('confirmed_at', None), ('replaced_at', None)), fields=('roster',), name='rosters_turn_one_waits')],
            },
        ),
        install_steps(
            table="rosters_version",
            begins=["reading"],
            steps=[("reading", "read"), ("reading", "refused")],
        ),
    ]
