"""A session shows a statement whose it is, so that joining a wave is one trip to the database."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0016_codes_asked_for_by_the_hour'),
    ]

    operations = [
        migrations.AddField(
            model_name='session',
            name='owner_tag',
            field=models.BinaryField(null=True),
        ),
    ]
