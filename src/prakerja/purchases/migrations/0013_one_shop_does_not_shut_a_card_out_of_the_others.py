from django.db import migrations

from prakerja.kernel.functions import install_function


class Migration(migrations.Migration):
    """Quotas of a platform inside a person's day, a cap of wrong codes, and the same request gets the same token."""

    dependencies = [
        ("purchases", "0012_an_open_intent_for_each_account"),
        ("programmes", "0006_what_one_platform_may_use_of_a_day"),
    ]
    operations = [
        migrations.RemoveConstraint("paymentintent", "purchases_paymentintent_one_open"),
        install_function("purchases/send_otp.sql", sha256="c0373987629e651df807ca95add63723fc16f1d79de525d143006d1891650c0d"),
        install_function("purchases/authorise.sql", sha256="6016ee5ff7b4b768d397ea54e53027a2c4ffa82ac17cbd5a392f2a4ba6bb3cd9"),
    ]
