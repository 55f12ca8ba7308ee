"""The line before a wave's door: when its next place comes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0011_results_of_a_draw'),
    ]

    operations = [
        migrations.CreateModel(
            name='JoinLine',
            fields=[
                ('wave', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='intake.wave')),
                ('next_at', models.DateTimeField()),
                ('last_place_at', models.DateTimeField(null=True)),
            ],
        ),
    ]
