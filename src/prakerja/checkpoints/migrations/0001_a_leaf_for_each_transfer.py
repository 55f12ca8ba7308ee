"""A leaf for each transfer and award, for ever; the checkpoint of each day; time stamps of the public log."""

import django.db.models.deletion
import prakerja.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('draw', '0011_a_key_of_the_ledger'),
        ('kernel', '0002_guards'),
    ]

    operations = [
        migrations.CreateModel(
            name='Day',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField(unique=True)),
                ('size', models.BigIntegerField()),
                ('root', models.BinaryField()),
                ('full', models.BinaryField()),
                ('note', models.BinaryField()),
                ('at', models.DateTimeField()),
                ('wall_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(null=True)),
                ('entry', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='draw.logentry')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Leaf',
            fields=[
                ('index', models.BigIntegerField(primary_key=True, serialize=False)),
                ('kind', models.TextField()),
                ('row_id', models.UUIDField(unique=True)),
                ('salt', models.BinaryField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['transfer', 'award'])), name='checkpoints_leaf_kind')],
            },
        ),
        migrations.CreateModel(
            name='Stamp',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('authority', models.TextField()),
                ('answer', models.BinaryField()),
                ('stamped_at', models.DateTimeField()),
                ('got_at', models.DateTimeField()),
                ('checkpoint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='draw.logcheckpoint')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('checkpoint', 'authority'), name='checkpoints_stamp_once')],
            },
        ),
        migrations.RunSQL(
            "CREATE TRIGGER checkpoints_leaf_for_ever BEFORE UPDATE OR DELETE ON checkpoints_leaf "
            "FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change()",
            "DROP TRIGGER checkpoints_leaf_for_ever ON checkpoints_leaf",
        ),
    ]
