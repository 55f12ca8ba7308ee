"""The database refuses what the state machines do not have."""

from django.db import migrations

from prakerja.kernel.states import install_steps


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_refuse_steps_that_no_machine_has"), ("vouchers", "0002_search_by_institution_and_date")]
    operations = [
        install_steps(
            table="vouchers_voucher",
            begins=["issued"],
            steps=[
                ("issued", "redeemed"),
                ("issued", "cancelled"),
                ("redeemed", "cancelled"),
                ("issued", "expired"),
            ],
        ),
    ]
