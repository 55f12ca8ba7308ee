"""Stored versions learn how many days before a code's last day its owner is reminded."""

from __future__ import annotations

from typing import Any

from django.db import migrations

ADDED = {"reminder_days_before": [7, 1]}


def forwards(apps: Any, schema_editor: Any) -> None:
    version = apps.get_model("programmes", "SchemeVersion")
    for row in version.objects.all():
        row.data["redeem"] = {**ADDED, **row.data["redeem"]}
        row.save(update_fields=["data"])


def backwards(apps: Any, schema_editor: Any) -> None:
    version = apps.get_model("programmes", "SchemeVersion")
    for row in version.objects.all():
        for name in ADDED:
            row.data["redeem"].pop(name, None)
        row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [("programmes", "0006_what_one_platform_may_use_of_a_day")]
    operations = [migrations.RunPython(forwards, backwards)]
