"""Stored versions learn when a deadline is confirmed by name, and after which outage of ours an operator decides first."""

from __future__ import annotations

from typing import Any

from django.db import migrations

ADDED = {"confirm_below_days": 7, "outage_days": 4, "outage_hours": 24}


def forwards(apps: Any, schema_editor: Any) -> None:
    version = apps.get_model("programmes", "SchemeVersion")
    for row in version.objects.all():
        row.data["first_purchase"] = {**ADDED, **row.data["first_purchase"]}
        row.save(update_fields=["data"])


def backwards(apps: Any, schema_editor: Any) -> None:
    version = apps.get_model("programmes", "SchemeVersion")
    for row in version.objects.all():
        for name in ADDED:
            row.data["first_purchase"].pop(name, None)
        row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [("programmes", "0004_days_before_a_payment_that_an_account_must_stand")]
    operations = [migrations.RunPython(forwards, backwards)]
