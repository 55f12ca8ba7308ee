"""The database refuses what the state machines do not have."""

from django.db import migrations

from prakerja.kernel.states import install_steps


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_refuse_steps_that_no_machine_has"), ("disbursements", "0004_money_on_its_way_lies_with_the_rail")]
    operations = [
        install_steps(
            table="disbursements_paymentbatch",
            begins=["drafted"],
            steps=[
                ("drafted", "approved"),
                ("approved", "authorised"),
                ("authorised", "released"),
                ("released", "closed"),
            ],
        ),
        install_steps(
            table="disbursements_paymentinstruction",
            begins=["drafted"],
            steps=[
                ("drafted", "held"),
                ("drafted", "cancelled"),
                ("drafted", "sent"),
                ("sent", "settled"),
                ("sent", "failed"),
                ("settled", "returned"),
            ],
        ),
    ]
