"""The verification page uses a code up by a function of the owner: the participants' door writes no voucher (ADR 0050)."""

from django.db import migrations

from prakerja.kernel.functions import install_function


class Migration(migrations.Migration):
    dependencies = [
        ("training", "0016_a_change_of_keys_finds_its_rows"),
        ("vouchers", "0005_an_expired_code_of_a_cancelled_class"),
    ]
    operations = [
        install_function("training/redeem_on_page.sql", sha256="7b6c441a6976734a0e1637a67a89d1348ee793d7ea413950fa854f2a64f37189", is_new=True),
    ]
