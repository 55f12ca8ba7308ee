"""How many tries a code has is a number of the rules, not of the table."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0007_take_over_authenticators'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='otpchallenge',
            name='access_otpchallenge_tries',
        ),
        migrations.AddConstraint(
            model_name='otpchallenge',
            constraint=models.CheckConstraint(condition=models.Q(('failed_count__gte', 0)), name='access_otpchallenge_tries'),
        ),
    ]
