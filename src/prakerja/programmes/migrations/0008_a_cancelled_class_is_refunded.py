"""Stored versions learn that a cancelled class gives the price of an unredeemed code back (rules.md 12.30).

From now on in every version: until now an institution's cancellation left the price to whether the platform took the
transaction back, and people lost it where the platform was silent. Nobody loses anything by the rule.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations


def forwards(apps: Any, schema_editor: Any) -> None:
    version = apps.get_model("programmes", "SchemeVersion")
    for row in version.objects.all():
        row.data.setdefault("refund_on_cancellation", True)
        row.save(update_fields=["data"])


def backwards(apps: Any, schema_editor: Any) -> None:
    version = apps.get_model("programmes", "SchemeVersion")
    for row in version.objects.all():
        row.data.pop("refund_on_cancellation", None)
        row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [("programmes", "0007_days_before_a_code_ends")]
    operations = [migrations.RunPython(forwards, backwards)]
