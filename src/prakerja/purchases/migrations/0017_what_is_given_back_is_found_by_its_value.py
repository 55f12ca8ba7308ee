"""A seat and a claim that are given back are named by class and invoice, so that where people lie on several machines one of them is asked."""

from django.db import migrations

from prakerja.kernel.functions import install_function


class Migration(migrations.Migration):
    dependencies = [("purchases", "0016_a_later_deadline_that_stands_is_a_deadline")]
    operations = [
        install_function("purchases/authorise.sql", sha256="eb98524578d60b451f8f2a957ca58968f8aa55c2cb233653be36e8fd1700ca58"),
    ]
