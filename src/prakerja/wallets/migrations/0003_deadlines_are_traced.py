"""Who set the end of spending, and when."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('wallets', '0002_open_wallets'),
    ]

    operations = [
        migrations.AddField(
            model_name='wallet',
            name='spendable_set_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='wallet',
            name='spendable_set_by',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
    ]
