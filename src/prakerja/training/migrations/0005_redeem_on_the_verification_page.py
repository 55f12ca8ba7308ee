"""redeem learns by which way a code was entered. The new parameters have defaults: a program of before goes on working."""

from django.db import migrations

from prakerja.kernel.functions import install_function

BEFORE = "redeem(uuid, uuid, uuid, timestamptz, timestamptz, uuid, uuid, uuid, bytea, uuid)"


class Migration(migrations.Migration):
    dependencies = [("training", "0004_attendance_attempts_and_sandbox_codes"), ("vouchers", "0001_initial")]
    operations = [
        migrations.RunSQL(f"DROP FUNCTION IF EXISTS {BEFORE}", migrations.RunSQL.noop),
        install_function("training/redeem.sql", sha256="055fbf5040292871c46bd6cf29849d202281c3a62d041289b5ec16a456bc1a76"),
    ]
