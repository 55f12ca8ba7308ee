from django.db import migrations, models


class Migration(migrations.Migration):
    """A migration that replaces a hot call can be taken back: what stood there is kept in its own words."""

    dependencies = [("kernel", "0006_which_keys_it_needs")]
    operations = [
        migrations.CreateModel(
            "ReplacedFunction",
            [
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("sha256", models.TextField()),
                ("replaced_by", models.TextField()),
                ("definition", models.TextField()),
                ("replaced_at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["name", "replaced_by"], name="kernel_replacedfunction_by")]},
        )
    ]
