"""How many tries an OTP has is told by the scheme, not by the table."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('awards', '0003_suspension'),
        ('catalogue', '0005_refuse_illegal_steps'),
        ('partners', '0004_webhook_endpoints'),
        ('people', '0003_drop_consent'),
        ('purchases', '0009_nothing_is_bought_while_suspended'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='paymentintent',
            name='purchases_paymentintent_tries',
        ),
        migrations.AddConstraint(
            model_name='paymentintent',
            constraint=models.CheckConstraint(condition=models.Q(('failed_count__gte', 0)), name='purchases_paymentintent_tries'),
        ),
    ]
