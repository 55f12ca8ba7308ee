"""A class that ends after the completion cut-off is not sold: its code never worked, or its completion came too late."""

from django.db import migrations

from prakerja.kernel.functions import install_function


class Migration(migrations.Migration):
    dependencies = [("purchases", "0014_classes_that_were_called_off")]
    operations = [
        install_function("purchases/checks.sql", sha256="0734e9a5a62ea3b9ba09b565917918813f4a7aa0da7da389c5eaf376eacb63f9"),
    ]
