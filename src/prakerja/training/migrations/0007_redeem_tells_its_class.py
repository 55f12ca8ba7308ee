from django.db import migrations

from prakerja.kernel.functions import install_function


class Migration(migrations.Migration):
    dependencies = [("training", "0006_assignments_and_feedback")]
    operations = [
        # What a function returns cannot be changed in place.
        migrations.RunSQL("DROP FUNCTION IF EXISTS redeem", migrations.RunSQL.noop),
        install_function("training/redeem.sql", sha256="bb677940dc5db7a43b97b506c10c0bdbd8b180cf363f0e38ba7df9e9f9d05336"),
    ]
