"""What an institution reports of a test code stands in a table of its own: it certifies nobody."""

import django.db.models.deletion
import prakerja.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("training", "0011_codes_of_cancelled_classes")]
    operations = [
        migrations.CreateModel(
            name="SandboxReport",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("completed_date", models.DateField()),
                ("score", models.SmallIntegerField(null=True)),
                ("certificate_number", models.TextField()),
                ("certificate_kind", models.TextField()),
                ("reported_at", models.DateTimeField()),
                ("visible_from", models.DateTimeField()),
                (
                    "code",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, to="training.sandboxcode"
                    ),
                ),
            ],
            options={"abstract": False},
        ),
    ]
