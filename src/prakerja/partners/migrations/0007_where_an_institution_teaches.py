"""An institution's address and province: who buys a class that is taught there learns where, before paying."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0006_remember_strong_signatures")]
    operations = [
        migrations.AddField("partner", "address", models.TextField(blank=True, default="", db_default="")),
        migrations.AddField("partner", "province_code", models.TextField(blank=True, default="", db_default="")),
    ]
