"""A withdrawal is a function of the owner: the participants' door calls it and writes no transfer by itself (ADR 0050)."""

from django.db import migrations

from prakerja.kernel.functions import install_function


class Migration(migrations.Migration):
    dependencies = [
        ("awards", "0011_whose_line_of_the_blacklist"),
        ("ledger", "0003_room_beside_hot_rows"),
        ("wallets", "0004_swept_in_order"),
    ]
    operations = [
        install_function("awards/withdraw_award.sql", sha256="cd91a9d8604d3f671563069d53b3213f7640b28d75761146bdc8bd7b684bf5f1", is_new=True),
    ]
