"""Two operators decide when the winners of a draw are awarded; what seats came back, and who got none after all, stays."""

import django.db.models.deletion
import prakerja.kernel.ids
from django.db import migrations, models

from prakerja.kernel.states import install_steps

TABLES = ("dropped", "recalled")


class Migration(migrations.Migration):

    dependencies = [
        ('draw', '0002_never_back'),
        ('kernel', '0003_refuse_steps_that_no_machine_has'),
    ]

    operations = [
        migrations.CreateModel(
            name='Awarding',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('recall', models.SmallIntegerField(default=0)),
                ('decree_number', models.TextField()),
                ('announced_at', models.DateTimeField()),
                ('status', models.TextField(default='decided')),
                ('people', models.IntegerField()),
                ('unfilled', models.IntegerField(default=0)),
                ('decided_by', models.TextField()),
                ('decided_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_reason', models.TextField(blank=True, default='')),
                ('told_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Dropped',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('recall', models.SmallIntegerField()),
                ('reason', models.TextField()),
                ('dropped_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Recalled',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('recall', models.SmallIntegerField()),
                ('pool', models.TextField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='step',
            name='draw_step_name',
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=models.CheckConstraint(condition=models.Q(('step__in', ('rules', 'commit', 'draw', 'publish', 'void', 'award')), ('step__startswith', 'recall-'), _connector='OR'), name='draw_step_name'),
        ),
        migrations.AddField(
            model_name='awarding',
            name='draw',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='draw.draw'),
        ),
        migrations.AddField(
            model_name='dropped',
            name='draw',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='draw.draw'),
        ),
        migrations.AddField(
            model_name='recalled',
            name='draw',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='draw.draw'),
        ),
        migrations.AddConstraint(
            model_name='awarding',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'cancelled'), _negated=True), fields=('draw', 'recall'), name='draw_awarding_once'),
        ),
        migrations.AddConstraint(
            model_name='awarding',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ('decided', 'begun', 'done', 'cancelled'))), name='draw_awarding_status'),
        ),
        migrations.AddConstraint(
            model_name='dropped',
            constraint=models.UniqueConstraint(fields=('draw', 'number'), name='draw_dropped_once'),
        ),
        migrations.AddConstraint(
            model_name='recalled',
            constraint=models.UniqueConstraint(fields=('draw', 'number'), name='draw_recalled_once'),
        ),
        install_steps(
            table="draw_awarding",
            begins=["decided"],
            steps=[("decided", "begun"), ("begun", "done"), ("decided", "cancelled")],
        ),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER draw_{table}_for_ever BEFORE UPDATE OR DELETE ON draw_{table} "
                "FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change()",
                f"DROP TRIGGER draw_{table}_for_ever ON draw_{table}",
            )
            for table in TABLES
        ),
    ]
