"""Stored versions learn for how long before a payment its account must have stood: so far a constant of the code."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def forwards(apps: Any, schema_editor: Any) -> None:
    version = apps.get_model("programmes", "SchemeVersion")
    for row in version.objects.all():
        row.data.setdefault("account_change_hold_days", 2)
        row.save(update_fields=["data"])


def backwards(apps: Any, schema_editor: Any) -> None:
    version = apps.get_model("programmes", "SchemeVersion")
    for row in version.objects.all():
        row.data.pop("account_change_hold_days", None)
        row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [("programmes", "0003_rules_without_a_reader_go")]
    operations = [migrations.RunPython(forwards, backwards)]
