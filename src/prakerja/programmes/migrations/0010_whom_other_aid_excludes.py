"""Stored versions learn which other aid of the state excludes from joining (rules.md 3.2): the lists of before, none from 2023 on.

Nothing read it until now: selections were made elsewhere and imported. So it changes nothing for anybody who was awarded.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations


def forwards(apps: Any, schema_editor: Any) -> None:
    version = apps.get_model("programmes", "SchemeVersion")
    for row in version.objects.all():
        row.data["eligibility"].setdefault("excluded_aid", [] if row.code == "2023" else ["DTKS", "BSU", "BPUM"])
        row.save(update_fields=["data"])


def backwards(apps: Any, schema_editor: Any) -> None:
    version = apps.get_model("programmes", "SchemeVersion")
    for row in version.objects.all():
        row.data["eligibility"].pop("excluded_aid", None)
        row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [("programmes", "0009_which_training_is_the_first")]
    operations = [migrations.RunPython(forwards, backwards)]
