"""Stored versions learn how many questions the test has and how long it takes (rules.md 3.3).

Nobody could take it until now, so it changes nothing for anybody who was awarded.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations


def forwards(apps: Any, schema_editor: Any) -> None:
    version = apps.get_model("programmes", "SchemeVersion")
    for row in version.objects.all():
        minutes = 40 if row.code == "2023" else 25
        row.data.setdefault("test", {"questions": 18, "minutes": minutes, "extra_time_percent": 50})
        row.save(update_fields=["data"])


def backwards(apps: Any, schema_editor: Any) -> None:
    version = apps.get_model("programmes", "SchemeVersion")
    for row in version.objects.all():
        row.data.pop("test", None)
        row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [("programmes", "0010_whom_other_aid_excludes")]
    operations = [migrations.RunPython(forwards, backwards)]
