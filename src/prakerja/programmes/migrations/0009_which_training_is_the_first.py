"""Stored versions learn which purchase is the first training (rules.md 12.34), and when the year's ends are reminded of.

Until now it was the first that was not voided, in every version, and stays so in those whose year's cut-offs end what a lost
code leaves. In 2023 nothing ended it: the incentive could never be had any more and the award never finished. Nobody loses
anything by the rule.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations


def forwards(apps: Any, schema_editor: Any) -> None:
    version = apps.get_model("programmes", "SchemeVersion")
    for row in version.objects.all():
        row.data["incentive"] = {"first_training": "USED" if row.code == "2023" else "BOUGHT", **row.data["incentive"]}
        row.data.setdefault("cutoff_reminder_days_before", [7, 1])
        row.save(update_fields=["data"])


def backwards(apps: Any, schema_editor: Any) -> None:
    version = apps.get_model("programmes", "SchemeVersion")
    for row in version.objects.all():
        row.data["incentive"].pop("first_training", None)
        row.data.pop("cutoff_reminder_days_before", None)
        row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [("programmes", "0008_a_cancelled_class_is_refunded")]
    operations = [migrations.RunPython(forwards, backwards)]
