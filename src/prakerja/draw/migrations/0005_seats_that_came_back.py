"""A seat that came back and was given on by a recall stays written down."""

import django.db.models.deletion
import prakerja.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('draw', '0004_a_key_of_receipts'),
    ]

    operations = [
        migrations.CreateModel(
            name='Released',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('recall', models.SmallIntegerField()),
                ('pool', models.TextField()),
                ('draw', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='draw.draw')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('draw', 'number'), name='draw_released_once')],
            },
        ),
        migrations.RunSQL(
            "CREATE TRIGGER draw_released_for_ever BEFORE UPDATE OR DELETE ON draw_released "
            "FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change()",
            "DROP TRIGGER draw_released_for_ever ON draw_released",
        ),
    ]
