"""A code of an on-site class is redeemed at its door; and the dates of a code come before a void, as published."""

from django.db import migrations

from prakerja.kernel.functions import install_function


class Migration(migrations.Migration):
    dependencies = [("training", "0012_a_report_of_a_test_code")]
    operations = [
        install_function("training/redeem.sql", sha256="0a32cf088186d1026b9bd835c0199ffa48b836d0e55030ec1f44ee7d96bdc641"),
    ]
