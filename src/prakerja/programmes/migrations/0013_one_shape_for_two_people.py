"""What two people prepare and confirm has one shape: the same columns with the same defaults."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('programmes', '0012_a_budget_is_booked_by_two'),
    ]

    operations = [
        migrations.AlterField(
            model_name='fundingproposal',
            name='back_asked_by',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
        migrations.AlterField(
            model_name='fundingproposal',
            name='confirmed_by',
            field=models.TextField(blank=True, default=''),
        ),
    ]
