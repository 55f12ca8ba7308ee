"""The database refuses what the state machines do not have."""

from django.db import migrations

from prakerja.kernel.states import install_steps


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_refuse_steps_that_no_machine_has"), ("purchases", "0006_awards_by_their_own_name")]
    operations = [
        install_steps(
            table="purchases_paymentintent",
            begins=["otp_sent"],
            steps=[
                ("otp_sent", "consumed"),
                ("otp_sent", "locked"),
                ("otp_sent", "replaced"),
            ],
        ),
        install_steps(
            table="purchases_purchase",
            begins=["succeeded"],
            steps=[
                ("succeeded", "voided"),
            ],
        ),
    ]
