from django.db import migrations

from prakerja.kernel.functions import install_function


class Migration(migrations.Migration):
    """Only comments differ: they cite documents that can be opened."""

    dependencies = [("training", "0008_attendance_is_its_row")]
    operations = [install_function("training/redeem.sql", sha256="d186ca1b751f2c53ebcc97d1f7f6b542443052c6c7e9f051c2ba3644535c6f84")]
