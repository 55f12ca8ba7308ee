"""Codes that were asked for and not used are counted by the hour, across numbers."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0015_by_which_way_a_code_was_sent'),
    ]

    operations = [
        migrations.CreateModel(
            name='CodeLoad',
            fields=[
                ('index', models.BinaryField(primary_key=True, serialize=False)),
                ('hour', models.DateTimeField(db_index=True)),
                ('asked', models.IntegerField(default=0)),
                ('used', models.IntegerField(default=0)),
                ('next_at', models.DateTimeField(null=True)),
            ],
        ),
    ]
