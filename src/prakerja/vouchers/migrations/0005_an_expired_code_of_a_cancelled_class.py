"""A code that expired may be cancelled: its class never took place, and its price goes back to its buyer."""

from django.db import migrations

from prakerja.kernel.states import install_steps


class Migration(migrations.Migration):
    dependencies = [("vouchers", "0004_reminders_of_a_code")]
    operations = [
        install_steps(
            table="vouchers_voucher",
            begins=["issued"],
            steps=[
                ("issued", "redeemed"),
                ("issued", "cancelled"),
                ("redeemed", "cancelled"),
                ("expired", "cancelled"),
                ("issued", "expired"),
            ],
        ),
    ]
