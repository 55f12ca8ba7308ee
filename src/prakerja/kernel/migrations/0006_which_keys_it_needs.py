"""A row for each key that this database's values were made with, and how far their change to a newer one has come."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0005_how_far_long_work_has_come")]
    operations = [
        migrations.CreateModel(
            name="KeyRecord",
            fields=[
                ("key_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("root", models.TextField()),
                ("known_by", models.TextField()),
                ("noted_at", models.DateTimeField()),
                ("swept_until", models.BinaryField(null=True)),
                ("moving_until", models.BinaryField(null=True)),
                ("moving_since", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("retired_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("root__in", ["sealing", "index", "otp", "sessions", "gateways"])),
                        name="kernel_keyrecord_root",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("root",), name="kernel_keyrecord_one_change"
                    ),
                ]
            },
        )
    ]
