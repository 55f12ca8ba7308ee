from django.db import migrations

from prakerja.kernel.functions import install_function


class Migration(migrations.Migration):
    dependencies = [("training", "0006_assignments_and_feedback")]
    operations = [
        # What a function returns cannot be changed in place.
        migrations.RunSQL("DROP FUNCTION IF EXISTS redeem", migrations.RunSQL.noop),
        install_function("training/redeem.sql", sha256="3380b977b88d0ec2b20a66d110069e297b2a83aa0a21f2a32d850990091e7c39"),
    ]
