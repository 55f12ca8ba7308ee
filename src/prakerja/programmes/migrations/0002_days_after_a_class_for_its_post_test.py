"""Stored versions learn the days after a class in which its post-test may be attended (schemes/data.py)."""

from __future__ import annotations

from typing import Any

from django.db import migrations

DAYS = {"2023": 7}


def forwards(apps: Any, schema_editor: Any) -> None:
    version = apps.get_model("programmes", "SchemeVersion")
    for row in version.objects.all():
        row.data["redeem"].setdefault("post_test_days", DAYS.get(row.code, 0))
        row.save(update_fields=["data"])


def backwards(apps: Any, schema_editor: Any) -> None:
    version = apps.get_model("programmes", "SchemeVersion")
    for row in version.objects.all():
        row.data["redeem"].pop("post_test_days", None)
        row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [("programmes", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
