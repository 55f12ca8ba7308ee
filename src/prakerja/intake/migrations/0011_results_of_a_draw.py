"""Results come from a list or from a draw; the row of how far they are says which."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0010_a_nonce_for_the_draw'),
    ]

    operations = [
        migrations.AddField(
            model_name='resultimport',
            name='draw',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
    ]
