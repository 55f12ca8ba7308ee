"""A code of an on-site class is redeemed at its door; and the dates of a code come before a void, as published."""

from django.db import migrations

from prakerja.kernel.functions import install_function


class Migration(migrations.Migration):
    dependencies = [("training", "0012_a_report_of_a_test_code")]
    operations = [
        install_function("training/redeem.sql", sha256="816a63def03033bb26aa1bce03cd512d2305224ffe250a05de2220ef4204792e"),
    ]
