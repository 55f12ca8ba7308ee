"""Nobody joins a wave before the test of motivation and basic abilities (rules.md 3.3)."""

from django.db import migrations

from prakerja.kernel.functions import install_function


class Migration(migrations.Migration):
    dependencies = [("intake", "0007_joining_a_wave"), ("sittings", "0001_initial")]
    operations = [
        install_function("intake/join_wave.sql", sha256="af07a35ff804e45cde013acc84396c911f08de704ff6f7e455182d13cd55f9f9"),
    ]
