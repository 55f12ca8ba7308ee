"""Whoever joins a wave gets a nonce, of which their row in the draw's list is made."""

from django.db import migrations, models

from prakerja.kernel.functions import install_function


class Migration(migrations.Migration):
    dependencies = [("intake", "0009_letters_after_three_failures")]
    operations = [
        migrations.AddField("application", "nonce_enc", models.BinaryField(null=True)),
        install_function("intake/join_wave.sql", sha256="ee64bafe846102886e86304d8faa0016bf3f6944577032bdd96e7d72f46594b9"),
    ]
