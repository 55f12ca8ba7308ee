"""Stored versions learn how many codes, and how many wrong ones, a platform may use up of a person's day."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

ADDED = {"per_day_platform": 8, "wrong_per_day_platform": 9, "wrong_per_day_person": 15}


def forwards(apps: Any, schema_editor: Any) -> None:
    version = apps.get_model("programmes", "SchemeVersion")
    for row in version.objects.all():
        row.data["otp"] = {**ADDED, **row.data["otp"]}
        row.save(update_fields=["data"])


def backwards(apps: Any, schema_editor: Any) -> None:
    version = apps.get_model("programmes", "SchemeVersion")
    for row in version.objects.all():
        for name in ADDED:
            row.data["otp"].pop(name, None)
        row.save(update_fields=["data"])


def column(name: str) -> migrations.AddField:
    """A new column with the number that every version has."""
    return migrations.AddField(
        "schemeversion", f"otp_{name}", models.SmallIntegerField(default=ADDED[name]), preserve_default=False
    )


class Migration(migrations.Migration):
    dependencies = [("programmes", "0005_deadlines_look_ahead")]
    operations = [*(column(name) for name in ADDED), migrations.RunPython(forwards, backwards)]
